import { checkRequestTemplate, renderChat, resolveTemplate } from '@app/chat-template';
import type {
  ChatMessage,
  ContentFormat,
  EncoderChoice,
  FunctionTool,
  NamedTemplates,
  RenderWorkers,
  SpecialTokens,
  TemplateKwargs,
} from '@app/chat-template';
import type { EncodableText } from '@app/tokenization';
import { isLong } from './is-long.js';
import { mapEffort } from './map-effort.js';

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
  /** Ends the wait for a render whose client has gone. */
  readonly signal?: AbortSignal | undefined;
}

/** What a server decides about rendering. */
export interface ChatPromptSettings {
  /** Name the model is served by, for messages to the client. */
  readonly modelName: string;
  /** Builds the prompts in the place of any template. */
  readonly encoder?: EncoderChoice | undefined;
  /** `--chat-template`, resolved. */
  readonly serverTemplate?: string | undefined;
  readonly tokenizerTemplate?: string | NamedTemplates | undefined;
  readonly specialTokens: SpecialTokens;
  readonly trustRequestTemplate: boolean;
  readonly contentFormat: ContentFormat | 'auto';
  readonly defaultKwargs: TemplateKwargs;
  /** Efforts that requests name → those that the template knows. */
  readonly reasoningEffortMap?: Readonly<Record<string, string>> | undefined;
  /** Keep tools out of the prompt when the request says not to call any. */
  readonly excludeUncallableTools: boolean;
  /** Renders what would hold up the event loop; without it, everything is rendered on the loop. */
  readonly workers?: Pick<RenderWorkers, 'render'> | undefined;
}

/** A template that a client brought gets a fraction of what the operator's may use where it runs on the event loop. */
const REQUEST_TEMPLATE_LIMITS = { maxSteps: 500_000, deadlineMs: 1_000 };

/** The prompt to be encoded. Rejects with `InvalidRequestError`, in the template's own words when it refuses the messages. */
export async function renderPrompt(prompt: ChatPrompt, settings: ChatPromptSettings): Promise<EncodableText> {
  const { chatTemplate, signal, ...conversation } = prompt;
  const { encoder, specialTokens, modelName, contentFormat, defaultKwargs, workers } = settings;
  const reasoningEffort = mapEffort(prompt.reasoningEffort, settings);
  const input = { ...conversation, reasoningEffort, modelName, contentFormat, defaultKwargs };
  const brought = { request: chatTemplate, kwargs: prompt.kwargs, trustRequest: settings.trustRequestTemplate };
  if (encoder) {
    checkRequestTemplate(brought);
    const job = { encoder, input };
    return workers && isLong(conversation) ? workers.render(job, signal) : renderChat(job);
  }
  const template = resolveTemplate({
    ...brought,
    server: settings.serverTemplate,
    tokenizer: settings.tokenizerTemplate,
    hasTools: prompt.tools !== undefined,
  });
  const job = { template, specialTokens, input };
  const isForeign = chatTemplate !== undefined;
  if (workers && (isForeign || isLong(conversation))) return workers.render(job, signal);
  return renderChat({ ...job, options: isForeign ? REQUEST_TEMPLATE_LIMITS : undefined });
}
