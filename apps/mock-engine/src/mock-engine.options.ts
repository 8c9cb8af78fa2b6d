import { toWholeNumber, readFlags } from '@app/engine-server';
import { CURRENT_RELEASE } from '@app/engine-protocol';
import { ConfigurationError } from '@app/errors';
import { toFault } from '@app/scripted-engine';
import type { Fault } from '@app/scripted-engine';

/** What the process is told on its command line. */
export interface MockEngineOptions {
  readonly attachment: EngineAttachment;
  /** Of the whole deployment. */
  readonly dataParallelSize: number;
  /** One engine core each. */
  readonly ranks: readonly number[];
  /** They step together, as mixture-of-experts engines do. */
  readonly lockStep: boolean;
  /** vLLM release that it imitates. */
  readonly release: string;
  /** Prompt and output together, in tokens. */
  readonly maxModelLen: number;
  /** Requests of one step; the others wait. */
  readonly maxNumSeqs: number;
  readonly logStats: boolean;
  /** Scripted over standard input and output. */
  readonly control: boolean;
  /** Between two steps, until a script says otherwise. */
  readonly intervalMs: number;
  readonly firstTokenDelayMs: number;
  /** Tokens of one request in one step. */
  readonly chunkSize: number;
  /** What it says without a script. */
  readonly answer: AnswerSource;
  readonly faults: readonly Fault[];
  /** How long running requests may go on after SIGTERM. */
  readonly shutdownTimeoutMs: number;
}

export type EngineAttachment =
  /** Where the front end waits for engines: `tcp://…` or `ipc://…`. */
  | { readonly type: 'handshake'; readonly address: string }
  /** Nobody is asked: entry k of both lists belongs to front-end process k. */
  | {
      readonly type: 'direct';
      readonly inputAddresses: readonly string[];
      readonly outputAddresses: readonly string[];
    };

export type AnswerSource =
  /** The prompt's own tokens. */
  | { readonly type: 'prompt' }
  | { readonly type: 'ids'; readonly tokenIds: readonly number[] }
  /** `model`: whose tokenizer makes tokens of the text. */
  | { readonly type: 'text'; readonly text: string; readonly model: string }
  | ({ readonly type: 'prompt-hash' } & RandomLimits)
  | ({ readonly type: 'seed'; readonly seed: number } & RandomLimits);

export interface RandomLimits {
  readonly vocabularySize: number;
  /** Tokens before EOS; undefined: as many as the request takes. */
  readonly length: number | undefined;
}

/**
 * Reads the command line: its own flags, and those that follow `vllm serve MODEL --headless` (engine protocol §2.4).
 * Throws `ConfigurationError` that names the flag at fault.
 */
export function readOptions(args: readonly string[]): MockEngineOptions {
  const { values, positionals } = readFlags(args, FLAGS);
  const whole = (flag: NumberFlag, least: number): number | undefined => toWholeNumber(flag, values[flag], least);
  const { dataParallelSize, ranks } = toRanks(values);
  return {
    attachment: toAttachment(values),
    dataParallelSize,
    ranks,
    lockStep: toLockStep(values, { dataParallelSize, ranks }),
    release: values.release ?? CURRENT_RELEASE,
    maxModelLen: whole('max-model-len', 1) ?? 4096,
    maxNumSeqs: whole('max-num-seqs', 1) ?? 128,
    logStats: !(values['disable-log-stats'] ?? false),
    control: values.control ?? false,
    ...toPace(values),
    firstTokenDelayMs: whole('first-token-delay-ms', 0) ?? 0,
    answer: toAnswer(values, toModel(positionals)),
    faults: (values.fault ?? []).map(toFault),
    shutdownTimeoutMs: (whole('shutdown-timeout', 0) ?? 0) * 1000,
  };
}

const FLAGS = {
  'handshake-address': { type: 'string' },
  'input-address': { type: 'string', multiple: true },
  'output-address': { type: 'string', multiple: true },
  headless: { type: 'boolean' },
  'data-parallel-address': { type: 'string' },
  'data-parallel-rpc-port': { type: 'string' },
  'data-parallel-size': { type: 'string' },
  'data-parallel-size-local': { type: 'string' },
  'data-parallel-start-rank': { type: 'string' },
  rank: { type: 'string' },
  moe: { type: 'boolean' },
  release: { type: 'string' },
  'max-model-len': { type: 'string' },
  'max-num-seqs': { type: 'string' },
  'disable-log-stats': { type: 'boolean' },
  'shutdown-timeout': { type: 'string' },
  control: { type: 'boolean' },
  'interval-ms': { type: 'string' },
  rate: { type: 'string' },
  'chunk-size': { type: 'string' },
  'first-token-delay-ms': { type: 'string' },
  ids: { type: 'string' },
  text: { type: 'string' },
  model: { type: 'string' },
  'prompt-hash': { type: 'boolean' },
  seed: { type: 'string' },
  'vocab-size': { type: 'string' },
  length: { type: 'string' },
  fault: { type: 'string', multiple: true },
} as const;

type Flags = ReturnType<typeof readFlags<typeof FLAGS>>['values'];
type NumberFlag = Extract<
  { [F in keyof Flags]-?: Flags[F] extends string | undefined ? F : never }[keyof Flags],
  string
>;

/** `serve MODEL`, as vLLM's command line has it, or nothing. */
function toModel(positionals: readonly string[]): string | undefined {
  const [command, model, ...rest] = positionals;
  if (command === undefined) return undefined;
  if (command === 'serve' && rest.length === 0) return model;
  throw new ConfigurationError(`"${positionals.join(' ')}" must be "serve MODEL", or nothing`);
}

function toAttachment(values: Flags): EngineAttachment {
  const { 'handshake-address': handshake, 'data-parallel-address': host } = values;
  const { 'input-address': inputAddresses = [], 'output-address': outputAddresses = [] } = values;
  const given = [handshake, host, inputAddresses[0] ?? outputAddresses[0]].filter((value) => value !== undefined);
  if (given.length !== 1) {
    throw new ConfigurationError(
      'one of --handshake-address, --data-parallel-address, or --input-address with --output-address is required',
    );
  }
  if (handshake !== undefined) return { type: 'handshake', address: handshake };
  if (host === undefined) {
    if (inputAddresses.length === outputAddresses.length) return { type: 'direct', inputAddresses, outputAddresses };
    throw new ConfigurationError('--input-address and --output-address must be given equally often');
  }
  const port = toWholeNumber('data-parallel-rpc-port', values['data-parallel-rpc-port'], 1) ?? DEFAULT_RPC_PORT;
  return { type: 'handshake', address: `tcp://${host.includes(':') ? `[${host}]` : host}:${port}` };
}

/** As vLLM's. */
const DEFAULT_RPC_PORT = 29550;

function toRanks(values: Flags): Pick<MockEngineOptions, 'dataParallelSize' | 'ranks'> {
  const { rank, 'data-parallel-start-rank': startRank } = values;
  if (rank !== undefined && startRank !== undefined) {
    throw new ConfigurationError('--rank and --data-parallel-start-rank exclude each other');
  }
  const first = toWholeNumber('rank', rank, 0) ?? toWholeNumber('data-parallel-start-rank', startRank, 0) ?? 0;
  const given = toWholeNumber('data-parallel-size', values['data-parallel-size'], 1);
  const count = toWholeNumber('data-parallel-size-local', values['data-parallel-size-local'], 1) ?? given ?? 1;
  const dataParallelSize = given ?? first + count;
  if (first + count > dataParallelSize) {
    const ranks = count === 1 ? `rank ${first} is` : `ranks ${first} to ${first + count - 1} are`;
    throw new ConfigurationError(`${ranks} not below --data-parallel-size ${dataParallelSize}`);
  }
  return { dataParallelSize, ranks: Array.from({ length: count }, (_, index) => first + index) };
}

/** Nobody else can step with them: what they tell each other does not leave the process. */
function toLockStep(
  { moe = false }: Flags,
  { dataParallelSize, ranks }: Pick<MockEngineOptions, 'dataParallelSize' | 'ranks'>,
): boolean {
  if (!moe || ranks.length === dataParallelSize) return moe && dataParallelSize > 1;
  throw new ConfigurationError(
    `--moe needs all ${dataParallelSize} engines in this process, and it has ${ranks.length}`,
  );
}

function toPace(values: Flags): Pick<MockEngineOptions, 'intervalMs' | 'chunkSize'> {
  const chunkSize = toWholeNumber('chunk-size', values['chunk-size'], 1) ?? 1;
  const intervalMs = toWholeNumber('interval-ms', values['interval-ms'], 0);
  const rate = toWholeNumber('rate', values.rate, 1);
  if (intervalMs !== undefined && rate !== undefined) {
    throw new ConfigurationError('--interval-ms and --rate exclude each other');
  }
  return { chunkSize, intervalMs: intervalMs ?? (rate === undefined ? 0 : (chunkSize * 1000) / rate) };
}

function toAnswer(values: Flags, servedModel: string | undefined): AnswerSource {
  const { ids, text, seed, 'prompt-hash': promptHash, model = servedModel } = values;
  const sources = Object.entries({ ids, text, seed, 'prompt-hash': promptHash }).filter(
    ([, value]) => value !== undefined,
  );
  if (sources.length > 1) {
    throw new ConfigurationError(`${sources.map(([flag]) => `--${flag}`).join(' and ')} exclude each other`);
  }
  if (promptHash === true) return { type: 'prompt-hash', ...toRandomLimits(values) };
  if (seed !== undefined) return { type: 'seed', seed: toWholeNumber('seed', seed, 0) ?? 0, ...toRandomLimits(values) };
  for (const flag of ['length', 'vocab-size'] as const) {
    if (values[flag] !== undefined) throw new ConfigurationError(`--${flag} needs --prompt-hash or --seed`);
  }
  if (ids !== undefined) {
    return { type: 'ids', tokenIds: ids.split(',').map((id) => toWholeNumber('ids', id.trim(), 0) ?? 0) };
  }
  if (text === undefined) return { type: 'prompt' };
  if (model === undefined) throw new ConfigurationError('--text needs --model, for its tokenizer');
  return { type: 'text', text, model };
}

function toRandomLimits(values: Flags): RandomLimits {
  return {
    vocabularySize: toWholeNumber('vocab-size', values['vocab-size'], 2) ?? 256,
    length: toWholeNumber('length', values.length, 0),
  };
}
