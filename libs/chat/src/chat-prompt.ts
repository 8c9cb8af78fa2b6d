import { renderChat, resolveTemplate } from '@app/chat-template';
import type {
  ChatMessage,
  ContentFormat,
  FunctionTool,
  NamedTemplates,
  SpecialTokens,
  TemplateKwargs,
} from '@app/chat-template';

/** A conversation to be rendered. */
export interface ChatPrompt {
  readonly messages: readonly ChatMessage[];
  readonly tools?: readonly FunctionTool[] | undefined;
  readonly addGenerationPrompt: boolean;
  readonly continueFinalMessage: boolean;
  readonly documents?: readonly unknown[] | undefined;
  readonly reasoningEffort?: string | undefined;
  /** `chat_template_kwargs` */
  readonly kwargs?: TemplateKwargs | undefined;
  /** A template of the request's own; refused unless the server trusts them. */
  readonly chatTemplate?: string | undefined;
}

/** What a server decides about rendering. */
export interface ChatPromptSettings {
  /** Name the model is served by, for messages to the client. */
  readonly modelName: string;
  /** `--chat-template`, resolved. */
  readonly serverTemplate?: string | undefined;
  readonly tokenizerTemplate?: string | NamedTemplates | undefined;
  readonly specialTokens: SpecialTokens;
  readonly trustRequestTemplate: boolean;
  readonly contentFormat: ContentFormat | 'auto';
  readonly defaultKwargs: TemplateKwargs;
  /** Keep tools out of the prompt when the request says not to call any. */
  readonly excludeUncallableTools: boolean;
}

/** A template that a client brought is rendered on the event loop, so it gets a fraction of what the operator's may use. */
const REQUEST_TEMPLATE_LIMITS = { maxSteps: 500_000, deadlineMs: 1_000 };

/** The prompt as text. Throws `InvalidRequestError` with the template's own words when it refuses the messages. */
export function renderPrompt(prompt: ChatPrompt, settings: ChatPromptSettings): string {
  const { chatTemplate, ...input } = prompt;
  const template = resolveTemplate({
    request: chatTemplate,
    kwargs: prompt.kwargs,
    trustRequest: settings.trustRequestTemplate,
    server: settings.serverTemplate,
    tokenizer: settings.tokenizerTemplate,
    hasTools: prompt.tools !== undefined,
  });
  return renderChat({
    template,
    specialTokens: settings.specialTokens,
    options: chatTemplate === undefined ? undefined : REQUEST_TEMPLATE_LIMITS,
    input: {
      ...input,
      modelName: settings.modelName,
      contentFormat: settings.contentFormat,
      defaultKwargs: settings.defaultKwargs,
    },
  });
}
