import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseJsonText } from '@server/http/parse-json-text';

/** One recorded conversation with vLLM's server, with what its engine was asked and gave (fixtures/README.md). */
export interface CompatCase {
  readonly name: string;
  readonly server: string;
  /** In order, on the same server; mostly one. */
  readonly exchanges: readonly RecordedExchange[];
  readonly engine?: readonly RecordedEngineRequest[];
  readonly utility_calls?: readonly RecordedUtilityCall[];
  /** The error's text comes from a library: its kind is enough. */
  readonly loose?: boolean;
}

export interface RecordedExchange {
  readonly http: RecordedRequest;
  readonly response: RecordedResponse;
  readonly wait_s?: number;
  /** The engine's held step goes on first. */
  readonly release_engine?: boolean;
}

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly text?: string;
  readonly text_base64?: string;
  readonly drop_after_events?: number;
}

/** Everything but `request` and `aborted` is the mock engine's script, passed on as it stands. */
export interface RecordedEngineRequest {
  readonly request: Readonly<Record<string, unknown>>;
  readonly steps: readonly unknown[];
  readonly held_before_step?: number;
  readonly dies_before_step?: number;
  readonly aborted?: boolean;
}

export interface RecordedUtilityCall {
  readonly method: string;
  readonly args: readonly unknown[];
}

export interface RecordedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly sse?: readonly string[];
  readonly sse_prefix?: string;
  readonly cut?: boolean;
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
  return cases.map((recorded) => withExchanges(expand(recorded) as CompatCase | (CompatCase & RecordedExchange)));
}

export function loadServers(): Readonly<Record<string, ServerVariant>> {
  return load('servers') as Readonly<Record<string, ServerVariant>>;
}

function withExchanges(recorded: CompatCase | (CompatCase & RecordedExchange)): CompatCase {
  if (!('http' in recorded)) return recorded;
  const { http, response, ...rest } = recorded;
  return { ...rest, exchanges: [{ http, response }] };
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
