import { readFlags, toWholeNumber } from '@app/engine-server';
import { ConfigurationError } from '@app/errors';
import type { SchedulingPolicy } from '@app/onnx-engine';

/** What the process is told on its command line. */
export interface EngineCoreOptions {
  /** A folder, or the name of a shipped model. */
  readonly model: string;
  /** Where the front end waits for engines: `ipc://…` or `tcp://…`. */
  readonly handshake: string;
  readonly rank: number;
  /** Started by hand, not by the front end beside it. */
  readonly headless: boolean;
  readonly maxNumSeqs: number | undefined;
  readonly maxModelLen: number | undefined;
  readonly threads: number | undefined;
  readonly prefillChunk: number | undefined;
  readonly kvCacheBytes: number | undefined;
  readonly schedulingPolicy: SchedulingPolicy | undefined;
  readonly prefixCaching: boolean;
  /** Constrained JSON has no white space of the model's choice. */
  readonly compactJson: boolean;
  /** Objects have no properties that their schema does not name. */
  readonly closedObjects: boolean;
  /** Constraints hold for thoughts, too. */
  readonly constrainThoughts: boolean;
  /** Texts that open thoughts, and that end them; undefined for a model that does not think. */
  readonly thoughtMarkers: ThoughtMarkerTexts | undefined;
  /** How long running requests may go on after SIGTERM. */
  readonly shutdownTimeoutMs: number;
}

export interface ThoughtMarkerTexts {
  readonly start: readonly string[];
  readonly end: readonly string[];
  /** An answer begins with a thought, even if nothing opens one. */
  readonly isImplicit: boolean;
}

/** Reads the command line. Throws `ConfigurationError` that names the flag at fault. */
export function readOptions(args: readonly string[]): EngineCoreOptions {
  const { values, positionals } = readFlags(args, FLAGS);
  if (positionals.length > 0) throw new ConfigurationError(`"${positionals[0]}" is no flag`);
  const { model, handshake } = values;
  if (model === undefined || handshake === undefined) {
    throw new ConfigurationError('--model and --handshake are required');
  }
  return {
    model,
    handshake,
    rank: toWholeNumber('rank', values.rank, 0) ?? 0,
    headless: values.headless ?? false,
    maxNumSeqs: toWholeNumber('max-num-seqs', values['max-num-seqs'], 1),
    maxModelLen: toWholeNumber('max-model-len', values['max-model-len'], 1),
    threads: toWholeNumber('threads', values.threads, 1),
    prefillChunk: toWholeNumber('prefill-chunk', values['prefill-chunk'], 1),
    kvCacheBytes: toWholeNumber('kv-cache-bytes', values['kv-cache-bytes'], 1),
    schedulingPolicy: toPolicy(values['scheduling-policy']),
    prefixCaching: !(values['no-prefix-caching'] ?? false),
    compactJson: values['compact-json'] ?? false,
    closedObjects: values['closed-objects'] ?? false,
    constrainThoughts: values['constrain-thoughts'] ?? false,
    thoughtMarkers: toMarkers(values['thought-markers']),
    shutdownTimeoutMs: (toWholeNumber('shutdown-timeout', values['shutdown-timeout'], 0) ?? 0) * 1000,
  };
}

const FLAGS = {
  model: { type: 'string' },
  handshake: { type: 'string' },
  rank: { type: 'string' },
  headless: { type: 'boolean' },
  'max-num-seqs': { type: 'string' },
  'max-model-len': { type: 'string' },
  threads: { type: 'string' },
  'prefill-chunk': { type: 'string' },
  'kv-cache-bytes': { type: 'string' },
  'scheduling-policy': { type: 'string' },
  'no-prefix-caching': { type: 'boolean' },
  'compact-json': { type: 'boolean' },
  'closed-objects': { type: 'boolean' },
  'constrain-thoughts': { type: 'boolean' },
  'thought-markers': { type: 'string' },
  'shutdown-timeout': { type: 'string' },
} as const;

function toPolicy(text: string | undefined): SchedulingPolicy | undefined {
  if (text === undefined || text === 'fcfs' || text === 'priority') {
    return text;
  }
  throw new ConfigurationError(`--scheduling-policy must be fcfs or priority, got "${text}"`);
}

/** `{"start": ["<think>"], "end": ["</think>"], "isImplicit": false}` */
function toMarkers(json: string | undefined): ThoughtMarkerTexts | undefined {
  if (json === undefined) return undefined;
  try {
    const { start, end, isImplicit } = Object(JSON.parse(json)) as Readonly<Record<string, unknown>>;
    if (isTexts(start) && isTexts(end) && typeof isImplicit === 'boolean') return { start, end, isImplicit };
  } catch {
    // Said below.
  }
  throw new ConfigurationError(`--thought-markers must be JSON with start, end and isImplicit, got "${json}"`);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== '');
}
