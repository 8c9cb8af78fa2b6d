export type { ChatDelta, ChatEvent, ChatSink } from './chat-delta.js';
