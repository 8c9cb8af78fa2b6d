export { Chat } from './chat.js';
export type { ChatParts, ChatRequest, PreparedChat } from './chat.js';
export type { ChatDelta, ChatEvent, ChatSink } from './chat-delta.js';
