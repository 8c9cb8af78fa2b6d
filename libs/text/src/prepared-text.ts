import type { TokenOffsets } from '@app/tokenization';
import type { ResolvedSampling } from './resolve-sampling.js';
import type { TextSink } from './text-delta.js';
import type { TextRequest } from './text-request.js';

/** A request that the engine has taken. */
export interface TextGeneration {
  readonly promptTokenIds: readonly number[];
  /** Idempotent. The sink is not called any more. */
  abort(): void;
}

/** A request that passed every check, before anything went to the engine. */
export interface PreparedText {
  readonly request: TextRequest;
  readonly promptTokenIds: readonly number[];
  /** Places of the tokens in the prompt's text, when the request asked for them and brought a text. */
  readonly promptTokenOffsets: readonly TokenOffsets[] | undefined;
  /** What takes effect, but for what the engine's model adds: its EOS ids, its vocabulary. */
  readonly sampling: ResolvedSampling;
  readonly sampleCount: number;
  /** Sends it to the engine. The checks that vLLM makes "inside the engine front" (spec §4.3) throw here, the others in `prepare`. */
  start(sink: TextSink): TextGeneration;
}
