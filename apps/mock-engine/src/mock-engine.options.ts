import { parseArgs } from 'node:util';
import { ConfigurationError } from '@app/errors';

/** What the process is told on its command line. */
export interface MockEngineOptions {
  /** Where the front end waits for engines: `tcp://…` or `ipc://…`. */
  readonly handshakeAddress: string;
  readonly rank: number;
  /** Prompt and output together, in tokens. */
  readonly maxModelLen: number;
  /** Scripted over standard input and output. */
  readonly control: boolean;
  /** Between two steps, until a script says otherwise. */
  readonly intervalMs: number;
  /** What it says without a script; the prompt's own tokens when there is none. */
  readonly answer: FixedAnswer | undefined;
}

export type FixedAnswer =
  | { readonly type: 'ids'; readonly tokenIds: readonly number[] }
  /** `model`: whose tokenizer makes tokens of the text. */
  | { readonly type: 'text'; readonly text: string; readonly model: string };

/** Reads the command line. Throws `ConfigurationError` that names the flag at fault. */
export function readOptions(args: readonly string[]): MockEngineOptions {
  const values = parseFlags(args);
  const handshakeAddress = values['handshake-address'];
  if (handshakeAddress === undefined) throw new ConfigurationError('--handshake-address is required');
  return {
    handshakeAddress,
    rank: toWhole('rank', values.rank) ?? 0,
    maxModelLen: toWhole('max-model-len', values['max-model-len'], 1) ?? 4096,
    control: values.control ?? false,
    intervalMs: toWhole('interval-ms', values['interval-ms']) ?? 0,
    answer: toAnswer(values),
  };
}

const FLAGS = {
  'handshake-address': { type: 'string' },
  rank: { type: 'string' },
  'max-model-len': { type: 'string' },
  control: { type: 'boolean' },
  'interval-ms': { type: 'string' },
  ids: { type: 'string' },
  text: { type: 'string' },
  model: { type: 'string' },
} as const;

function parseFlags(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS, strict: true }).values;
  } catch (error) {
    throw new ConfigurationError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function toAnswer({ ids, text, model }: ReturnType<typeof parseFlags>): FixedAnswer | undefined {
  if (ids !== undefined && text !== undefined) throw new ConfigurationError('--ids and --text exclude each other');
  if (ids !== undefined) return { type: 'ids', tokenIds: ids.split(',').map((id) => toWhole('ids', id.trim()) ?? 0) };
  if (text === undefined) return undefined;
  if (model === undefined) throw new ConfigurationError('--text needs --model, for its tokenizer');
  return { type: 'text', text, model };
}

function toWhole(flag: string, text: string | undefined, least = 0): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least) {
    throw new ConfigurationError(`--${flag} must be a whole number of at least ${least}, got "${text}"`);
  }
  return value;
}
