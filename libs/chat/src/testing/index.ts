export { chatRequest, CollectingChatSink, tinyChat, type ChatRequestPatch, type TinyChat } from './tiny-chat.js';
