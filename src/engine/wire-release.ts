/** The vLLM release whose wire contract this server keeps; clients switch features by it. */
export const WIRE_RELEASE = '0.33.0';
