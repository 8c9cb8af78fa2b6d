/** Version of this package, as `/version` shows it. */
export class ServerVersion {
  constructor(readonly text: string) {}
}

/** The vLLM release whose wire contract this server keeps; part of `system_fingerprint`, which clients parse. */
export const WIRE_RELEASE = '0.33.0';
