import type { FinishReason } from '@app/engine-protocol';

/** `tool_calls` if the choice carries a call and the engine stopped by itself, else the engine's reason (completions-and-chat.md §7.3). */
export function toFinishReason(
  reason: FinishReason | undefined,
  hasToolCalls: boolean,
): FinishReason | 'tool_calls' | null {
  if (reason === 'stop' && hasToolCalls) return 'tool_calls';
  return reason ?? null;
}
