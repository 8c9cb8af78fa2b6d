import type { TemplateKwargs } from '@app/chat-template';
import type { ChatPrompt, ChatPromptSettings } from './chat-prompt.js';
import { mapEffort } from './map-effort.js';

/** `chat_template_kwargs` as they take effect, the request's own fields included, in the order of the wire: what parsers and engines decide by. */
export function toTemplateKwargs(
  prompt: ChatPrompt,
  settings: Pick<ChatPromptSettings, 'defaultKwargs' | 'reasoningEffortMap'>,
): TemplateKwargs {
  const { kwargs = {}, documents, addGenerationPrompt, continueFinalMessage } = prompt;
  const reasoningEffort = mapEffort(prompt.reasoningEffort, settings);
  const effort =
    reasoningEffort === undefined
      ? {}
      : { reasoning_effort: reasoningEffort, enable_thinking: kwargs.enable_thinking ?? reasoningEffort !== 'none' };
  return {
    ...settings.defaultKwargs,
    ...kwargs,
    add_generation_prompt: addGenerationPrompt,
    continue_final_message: continueFinalMessage,
    ...(documents && { documents }),
    ...effort,
  };
}
