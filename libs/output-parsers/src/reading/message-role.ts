/** What a message of an answer is to the client. */
export type MessageRole = 'thought' | 'content' | 'call' | 'dropped';
