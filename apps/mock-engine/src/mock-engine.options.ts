import { readFlags, toWholeNumber } from '@app/engine-server';
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
  const values = readFlags(args, FLAGS);
  const handshakeAddress = values['handshake-address'];
  if (handshakeAddress === undefined) throw new ConfigurationError('--handshake-address is required');
  return {
    handshakeAddress,
    rank: toWholeNumber('rank', values.rank, 0) ?? 0,
    maxModelLen: toWholeNumber('max-model-len', values['max-model-len'], 1) ?? 4096,
    control: values.control ?? false,
    intervalMs: toWholeNumber('interval-ms', values['interval-ms'], 0) ?? 0,
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

function toAnswer({ ids, text, model }: ReturnType<typeof readFlags<typeof FLAGS>>): FixedAnswer | undefined {
  if (ids !== undefined && text !== undefined) throw new ConfigurationError('--ids and --text exclude each other');
  if (ids !== undefined)
    return { type: 'ids', tokenIds: ids.split(',').map((id) => toWholeNumber('ids', id.trim(), 0) ?? 0) };
  if (text === undefined) return undefined;
  if (model === undefined) throw new ConfigurationError('--text needs --model, for its tokenizer');
  return { type: 'text', text, model };
}
