export type { AnswerReading, PlainJsonCalls, ReadingContext } from './answer-reading.js';
export { callIdStyleOf, countCalls } from './call-ids.js';
export { Chat } from './chat.js';
export type { ChatListener, ChatRequest, PreparedChat } from './chat.js';
export type { ChatDelta, ChatEvent, ChatSink } from './chat-delta.js';
export { toParserModel } from './chat-parsers.js';
export type { ChatParsers } from './chat-parsers.js';
export type { ChatPrompt, ChatPromptSettings } from './chat-prompt.js';
export type { ToolChoice } from './tool-choice.js';
