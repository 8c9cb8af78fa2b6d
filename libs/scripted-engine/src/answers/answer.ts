import type { EngineOutput, EngineRequest } from '@app/engine-protocol';

/** What one step says for one request; whose it is, and how its prompt was computed, the engine adds. */
export interface AnswerStep extends Omit<EngineOutput, 'requestId' | 'prefillStats'> {
  /** Prompt tokens that came from the prefix cache; counts on the first step. Undefined: what the engine finds there. */
  readonly cachedTokens?: number | undefined;
  /** Of the message, in seconds on the engine's clock; counts in turns, where a step is a message. Undefined: now. */
  readonly timestamp?: number | undefined;
  /** Label of the weights that made the tokens; counts in turns. */
  readonly weightVersion?: string | undefined;
}

/** Everything the engine says for one request. Without a finish reason on the last step, it then waits for the front end's abort. */
export interface Answer {
  /** Walked once, one ahead. */
  readonly steps: Iterable<AnswerStep>;
  /** Index of the step that waits for the release. */
  readonly heldBeforeStep?: number | undefined;
  /** Index of the step in whose place the engine dies. */
  readonly diesBeforeStep?: number | undefined;
}

/** A mode of the engine: what it answers. `index` counts the requests since the mode began. */
export type AnswerMode = (request: EngineRequest, index: number) => Answer;
