import { request } from 'node:http';
import { jsonText } from '@server/language/json-text';
import type { CompatCase, RecordedRequest, RecordedResponse } from './corpus.js';
import { toComparable, toExpected } from './engine-request.js';
import { Normaliser } from './normalise.js';
import type { ScriptedEngine } from './scripted-engine.js';

/** Plays a case. Undefined when answer and engine requests equal the record, else the first difference. */
export async function playCase(url: string, engine: ScriptedEngine, recorded: CompatCase): Promise<string | undefined> {
  engine.play(recorded.engine ?? []);
  const answer = await ask(url, recorded.http);
  await engine.settled();
  const normaliser = new Normaliser();
  return (
    differenceInAnswer(recorded.response, answer, { normaliser, loose: recorded.loose ?? false }) ??
    differenceInEngine(recorded, engine, normaliser)
  );
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

function ask(url: string, { method, path, headers = {}, body, text }: RecordedRequest): Promise<Answer> {
  const content = text ?? (body === undefined ? undefined : jsonText(body));
  const sent = Object.entries({
    ...(content === undefined || 'content-type' in headers ? {} : { 'content-type': 'application/json' }),
    ...headers,
  }).filter(([, value]) => value !== '');
  return new Promise((resolve, reject) => {
    const call = request(`${url}${path}`, { method, headers: Object.fromEntries(sent) }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(pieces).toString('utf8'),
        }),
      );
    });
    call.on('error', reject);
    call.end(content);
  });
}

function differenceInAnswer(
  want: RecordedResponse,
  got: Answer,
  { normaliser, loose }: { readonly normaliser: Normaliser; readonly loose: boolean },
): string | undefined {
  if (got.status !== want.status) return `status ${got.status}, not ${want.status}: ${got.text.slice(0, 200)}`;
  for (const [name, value] of Object.entries(want.headers)) {
    if (got.headers[name] !== value) return `header ${name}: ${String(got.headers[name])}, not ${value}`;
  }
  const wanted = want.sse?.map((event) => event.replace(/^…/, want.sse_prefix ?? '…')) ?? [want.body ?? ''];
  const text = normaliser.normalise(got.text);
  const given = want.sse ? text.split('\n\n').filter((event) => event !== '') : [text];
  if (given.length !== wanted.length) return `${given.length} events, not ${wanted.length}`;
  const at = wanted.findIndex((event, index) => !isEqual(event, given[index], loose));
  return at < 0 ? undefined : `${given[at]}\n  is not\n${wanted[at]}`;
}

/** Equal to the byte, or errors of one kind where the text is a library's. */
function isEqual(want: string, got: string, loose: boolean): boolean {
  return want === got || (loose && kindOfError(want) !== undefined && kindOfError(want) === kindOfError(got));
}

function kindOfError(text: string): string | undefined {
  const match = /"type": ?"([^"]*)".*"code": ?(\d+)/s.exec(text);
  return match ? `${match[1]} ${match[2]}` : undefined;
}

function differenceInEngine(
  { engine: wanted = [] }: CompatCase,
  engine: ScriptedEngine,
  normaliser: Normaliser,
): string | undefined {
  const { received } = engine;
  if (received.length !== wanted.length) return `${received.length} engine requests, not ${wanted.length}`;
  for (const [index, { request: recorded, aborted = false }] of wanted.entries()) {
    const want = jsonText(sortKeys(toExpected(recorded)));
    const got = normaliser.normalise(jsonText(sortKeys(toComparable(received[index].fields))));
    if (got !== want) return `engine request ${got}\n  is not\n${want}`;
    if (received[index].aborted !== aborted) return aborted ? 'not aborted in the engine' : 'aborted in the engine';
  }
  return undefined;
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
