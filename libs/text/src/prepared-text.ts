import type { TextSink } from './text-delta.js';

/** A request that the engine has taken. */
export interface TextGeneration {
  readonly promptTokenIds: readonly number[];
  /** Idempotent. The sink is not called any more. */
  abort(): void;
}

/** A request that passed every check, before anything went to the engine. */
export interface PreparedText {
  readonly promptTokenIds: readonly number[];
  readonly sampleCount: number;
  /** Sends it to the engine. The checks that vLLM makes "inside the engine front" (spec §4.3) throw here, the others in `prepare`. */
  start(sink: TextSink): TextGeneration;
}
