import type { ChatPromptSettings } from './chat-prompt.js';

/** The effort as the model's template knows it (`--reasoning-effort-map`); one that is not in the map stays. */
export function mapEffort(
  effort: string | undefined,
  { reasoningEffortMap = {} }: Pick<ChatPromptSettings, 'reasoningEffortMap'>,
): string | undefined {
  return effort !== undefined && Object.hasOwn(reasoningEffortMap, effort) ? reasoningEffortMap[effort] : effort;
}
