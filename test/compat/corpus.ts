import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseJsonText } from '@server/http/json-text';

/** One recorded request and answer of vLLM's server, with what its engine was asked and gave (fixtures/README.md). */
export interface CompatCase {
  readonly name: string;
  readonly server: string;
  readonly http: RecordedRequest;
  readonly engine?: readonly RecordedEngineRequest[];
  readonly response: RecordedResponse;
  /** vLLM is wrong here. */
  readonly defect?: boolean;
  /** The error's text comes from a library: its kind is enough. */
  readonly loose?: boolean;
}

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly text?: string;
}

export interface RecordedEngineRequest {
  readonly request: Readonly<Record<string, unknown>>;
  readonly steps: readonly RecordedStep[];
  readonly aborted?: boolean;
}

export interface RecordedStep {
  readonly ids: readonly number[];
  readonly finish?: 'stop' | 'length' | 'abort' | 'error' | 'repetition';
  readonly stop_reason?: number | string;
  readonly logprobs?: RecordedLogprobs;
  readonly prompt_logprobs?: RecordedLogprobs;
  readonly cached_tokens?: number;
  readonly kv_transfer_params?: Readonly<Record<string, unknown>>;
}

export interface RecordedLogprobs {
  readonly ids: readonly (readonly number[])[];
  readonly values: readonly (readonly (number | '-inf')[])[];
  readonly ranks: readonly number[];
}

export interface RecordedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly sse?: readonly string[];
  readonly sse_prefix?: string;
}

export interface ServerVariant {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const directory = join(process.cwd(), 'test/compat/fixtures');
const limits = { maxDepth: 2000, maxNodes: 10_000_000 };

/** Integers keep every digit, so that the request is sent as it was recorded. */
function load(file: string): unknown {
  return parseJsonText(readFileSync(join(directory, `${file}.json`), 'utf8'), limits);
}

export function loadFamily(family: string): CompatCase[] {
  const { cases } = load(family) as { readonly cases: readonly unknown[] };
  return cases.map((recorded) => expand(recorded) as CompatCase).filter((recorded) => 'http' in recorded);
}

export function loadServers(): Readonly<Record<string, ServerVariant>> {
  return load('servers') as Readonly<Record<string, ServerVariant>>;
}

/** `{"$repeat": [unit, n]}`: a string n times, or n elements of the list it stands in. */
function expand(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown) => {
      const repeated = repeatOf(item);
      return repeated && typeof repeated.unit !== 'string'
        ? Array.from({ length: repeated.count }, () => repeated.unit)
        : [expand(item)];
    });
  }
  const repeated = repeatOf(value);
  if (repeated) return String(repeated.unit).repeat(repeated.count);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, expand(item)]));
}

function repeatOf(value: unknown): { readonly unit: unknown; readonly count: number } | undefined {
  if (value === null || typeof value !== 'object' || !('$repeat' in value)) return undefined;
  const [unit, count] = value.$repeat as [unknown, number];
  return { unit, count };
}
