import { jsonText } from '@server/language/answers/json-text';
import type { CompatCase, RecordedUtilityCall } from './corpus.js';
import type { EngineRecord } from './engine-record.js';
import { toComparable, toExpected } from './engine-request.js';
import type { Normaliser } from './normalise.js';

const PING_METHOD = 'is_sleeping';

/** Says how the engine's requests and utility calls differ from the record; undefined when they are equal. */
export function differenceInEngine(
  { engine: wanted = [], utility_calls = [] }: CompatCase,
  { requests, utilityCalls }: EngineRecord,
  normaliser: Normaliser,
): string | undefined {
  if (requests.length !== wanted.length) return `${requests.length} engine requests, not ${wanted.length}`;
  for (const [index, { request: recorded, aborted = false }] of wanted.entries()) {
    const want = sortedText(toExpected(recorded));
    const got = normaliser.normalise(sortedText(toComparable(requests[index].fields)));
    if (got !== want) return `engine request ${got}\n  is not\n${want}`;
    if (requests[index].aborted !== aborted) return aborted ? 'not aborted in the engine' : 'aborted in the engine';
  }
  const [calls, wantedCalls] = [withoutPings(utilityCalls, utility_calls), utility_calls].map(sortedText);
  return calls === wantedCalls ? undefined : `utility calls ${calls}\n  are not\n${wantedCalls}`;
}

/** Our front end asks a silent engine whether it lives, whenever that is: calls of the pings' method that the record does not have are pings. */
function withoutPings(
  calls: readonly RecordedUtilityCall[],
  wanted: readonly RecordedUtilityCall[],
): readonly RecordedUtilityCall[] {
  let recorded = wanted.filter(({ method }) => method === PING_METHOD).length;
  return calls.filter(({ method }) => method !== PING_METHOD || recorded-- > 0);
}

function sortedText(value: unknown): string {
  return jsonText(sortKeys(value));
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== 'object') return value;
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(
    (entries as [string, unknown][]).map(([key, item]) => [String(key), sortKeys(item)] as const).sort(byKey),
  );
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
