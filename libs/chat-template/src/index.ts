export type { ChatMessage, ContentPart, FunctionTool } from './chat-message.js';
export { detectContentFormat, type ContentFormat } from './content-format.js';
export { ChatTemplate, type ChatRenderInput, type SpecialTokens } from './chat-template.js';
export { chooseEncoder, createEncoder, tokenizerModes, type EncoderChoice } from './encoders/encoders.catalog.js';
export type { PromptEncoder } from './encoders/prompt-encoder.js';
export { markPromptEmbeds, splicePromptEmbeds, type MarkedMessages, type SplicedText } from './prompt-embeds.js';
export { renderChat, type ChatRenderJob } from './render-chat.js';
export {
  checkRequestTemplate,
  readTokenizerTemplate,
  resolveTemplate,
  resolveTemplateFlag,
  type NamedTemplates,
  type TemplateSources,
} from './resolve-template.js';
export type { TemplateKwargs, TemplateSettings } from './template-variables.js';
export { toTemplateTools } from './to-template-tools.js';
export { RenderWorkers, type RenderWorkersOptions } from './workers/render-workers.js';
