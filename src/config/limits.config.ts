import { Max, Min } from 'class-validator';
import { Option } from './option.decorator.js';

const MEBIBYTE = 1024 * 1024;

/** How much one request may ask for. */
export class LimitsConfig {
  @Option({
    flag: '--max-body-size',
    kind: 'human-integer',
    default: 10 * MEBIBYTE,
    env: 'VLLM_HTTP_MAX_REQUEST_BODY_SIZE',
    help: 'Largest request body in bytes.',
    rules: [Min(1024), Max(1024 * MEBIBYTE)],
  })
  readonly maxBodySize!: number;

  @Option({
    flag: '--max-embed-decode-bytes',
    kind: 'human-integer',
    default: 512 * MEBIBYTE,
    env: 'VLLM_MAX_EMBED_DECODE_BYTES',
    help: 'Embeddings of one prompt in bytes, as an engine gets them: a row per token, text tokens too.',
    rules: [Min(1024), Max(4096 * MEBIBYTE)],
  })
  readonly maxEmbedDecodeBytes!: number;

  @Option({
    flag: '--max-header-size',
    kind: 'human-integer',
    default: 32 * 1024,
    help: 'All headers of a request together, in bytes.',
    rules: [Min(1024), Max(4 * MEBIBYTE)],
  })
  readonly maxHeaderSize!: number;

  @Option({
    flag: '--h11-max-header-count',
    kind: 'integer',
    default: 256,
    help: 'Headers of a request.',
    rules: [Min(8), Max(2000)],
  })
  readonly maxHeaderCount!: number;

  @Option({
    flag: '--max-json-depth',
    kind: 'integer',
    default: 256,
    help: 'Nesting of a JSON body.',
    rules: [Min(4), Max(1000)],
  })
  readonly maxJsonDepth!: number;

  @Option({
    flag: '--max-json-values',
    kind: 'human-integer',
    default: 250_000,
    help: 'Values in a JSON body.',
    rules: [Min(100), Max(100_000_000)],
  })
  readonly maxJsonValues!: number;

  @Option({
    flag: '--max-stream-buffer',
    kind: 'human-integer',
    default: 4 * MEBIBYTE,
    help: 'Bytes that wait for a slow reader of a stream before it is cut off.',
    rules: [Min(64 * 1024), Max(1024 * MEBIBYTE)],
  })
  readonly maxStreamBuffer!: number;

  @Option({
    flag: '--max-num-queued-reqs',
    kind: 'human-integer',
    help: 'Requests that may wait for the engines before new ones are refused with 503.',
    rules: [Min(1), Max(10_000_000)],
  })
  readonly maxNumQueuedReqs?: number;

  @Option({
    flag: '--max-num-queued-tokens',
    kind: 'human-integer',
    help: 'Prompt tokens that may wait for their prefill before new requests are refused with 503; counted in each API server.',
    rules: [Min(1), Max(1_000_000_000_000)],
  })
  readonly maxNumQueuedTokens?: number;

  @Option({
    flag: '--max-request-duration',
    kind: 'number',
    help: 'Seconds after which any request to the model is ended, whatever its header x-request-timeout-ms says.',
    rules: [Min(0.001), Max(86_400)],
  })
  readonly maxRequestDuration?: number;

  @Option({
    flag: '--max-logprobs',
    kind: 'integer',
    default: 20,
    help: 'Alternatives per token that a request may ask for; -1 = no limit.',
    rules: [Min(-1), Max(10_000_000)],
  })
  readonly maxLogprobs!: number;

  @Option({
    flag: '--max-n',
    kind: 'integer',
    default: 128,
    env: 'VLLM_MAX_N_SEQUENCES',
    help: 'Samples of one request.',
    rules: [Min(1), Max(16_384)],
  })
  readonly maxN!: number;

  @Option({
    flag: '--max-bad-words',
    kind: 'integer',
    default: 128,
    env: 'VLLM_MAX_NUM_BAD_WORDS',
    help: 'Bad words of one request.',
    rules: [Min(0), Max(10_000)],
  })
  readonly maxBadWords!: number;
}
