import type { FinishReason } from '@app/engine-protocol';
import type { ChatEvent } from '@app/chat';
import type { ChatChoiceOptions } from '../chat-answer-options.js';
import { foldEvents } from '../to-delta-json.js';
import type { CallEntry } from '../to-delta-json.js';
import { toFinishReason } from '@server/language/answers/to-finish-reason';

/** What a chunk says of its choice. */
export interface ChunkFacts {
  readonly index: number;
  readonly events: readonly ChatEvent[];
  readonly finishReason: FinishReason | undefined;
  readonly stopReason: number | string | undefined;
  readonly tokenIds: readonly number[] | undefined;
  readonly logprobs: object | null;
  readonly withRole: boolean;
  /** In this chunk or before it. */
  readonly toolsStreamed: boolean;
}

/** The choice of one derendered chunk: unlike those of a stream it shows what it does not say, as null. */
export function toChunkChoice(options: ChatChoiceOptions, facts: ChunkFacts): object {
  const { returnTokenIds, hidesReasoning, namedToolChoice, role, reasoningContent } = options;
  const { content, reasoning, calls } = foldEvents(facts.events);
  return {
    index: facts.index,
    delta: {
      role: facts.withRole ? role : null,
      content: content ?? null,
      reasoning: reasoning ?? null,
      reasoning_content: reasoningContent ? (reasoning ?? null) : undefined,
      tool_calls: calls.length > 0 ? calls.map(toCallJson) : undefined,
    },
    logprobs: facts.logprobs,
    finish_reason: toFinishReason(facts.finishReason, facts.toolsStreamed && !namedToolChoice),
    stop_reason: facts.stopReason ?? null,
    token_ids: (returnTokenIds && !hidesReasoning ? facts.tokenIds : undefined) ?? null,
    weight_versions: null,
  };
}

function toCallJson({ id, type, index, function: { name, arguments: text } }: CallEntry): object {
  return { id: id ?? null, type: type ?? null, index, function: { name: name ?? null, arguments: text ?? null } };
}
