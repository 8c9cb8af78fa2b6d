import { setTimeout as delay } from 'node:timers/promises';
import { jsonText } from '@server/language/answers/json-text';
import type { MockedAerie, MockEngine } from '@support/mock-engine';
import { ask } from './ask.js';
import type { CompatCase, RecordedRequest } from './corpus.js';
import { differenceInAnswer } from './difference-in-answer.js';
import { differenceInEngine } from './difference-in-engine.js';
import { EngineRecord } from './engine-record.js';
import { Normaliser } from './normalise.js';

/** Between two steps of an answer that comes as a whole. */
const WHOLE_MS = 4;
/** A stream's engine goes on when the client has received something and then nothing for `QUIET_MS`, or after `SILENT_MS` (fixtures/README.md). */
const QUIET_MS = 8;
const SILENT_MS = 70;
/** Longest wait for the end of requests that nobody waits for any more: their abort is on its way. */
const SETTLE_MS = 2000;

/** Plays a case. Undefined when answers, engine requests and utility calls equal the record, else the first difference. */
export async function playCase({ aerie, engine }: MockedAerie, recorded: CompatCase): Promise<string | undefined> {
  const { exchanges, engine: requests = [], loose = false } = recorded;
  const streams = exchanges.some(({ http }) => isStream(http));
  const record = new EngineRecord();
  const normaliser = new Normaliser(new URL(aerie.url).host);
  await engine.command({
    type: 'play',
    interval_ms: streams ? SILENT_MS : WHOLE_MS,
    answers: requests.map(({ request: _, ...answer }) => answer),
  });
  engine.onEvent = (event) => record.take(event);
  const heard = streams ? whenQuiet(engine) : () => undefined;
  for (const { http, response, wait_s = 0, release_engine = false } of exchanges) {
    if (release_engine) await engine.command({ type: 'release' });
    await delay(wait_s * 1000);
    const answer = await ask(aerie.url, filled(http, normaliser), heard);
    const difference = differenceInAnswer(response, answer, { normaliser, loose });
    if (difference !== undefined) return difference;
  }
  await engine.sync();
  await record.settled(SETTLE_MS);
  return differenceInEngine(recorded, record, normaliser);
}

function isStream({ path, body }: RecordedRequest): boolean {
  return path.includes('stream') || (body as { readonly stream?: unknown } | undefined)?.stream === true;
}

/** To be called whenever something has come; lets the engine go on once nothing more does. */
function whenQuiet(engine: MockEngine): () => void {
  let timer: NodeJS.Timeout | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(() => engine.send({ type: 'next' }), QUIET_MS);
  };
}

function filled({ body, ...rest }: RecordedRequest, normaliser: Normaliser): RecordedRequest {
  const text = body === undefined ? {} : { text: normaliser.fill(jsonText(body)) };
  return { ...rest, ...text, path: normaliser.fill(rest.path) };
}
