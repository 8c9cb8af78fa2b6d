import { afterEach, describe, expect, it } from 'vitest';
import { startMockedAerie } from '@support/mock-engine';
import type { MockedAerie } from '@support/mock-engine';

const STREAMS = 50;
const TOKENS = 200;

let mocked: MockedAerie | undefined;
afterEach(async () => {
  await mocked?.stop();
  mocked = undefined;
});

async function start(...args: readonly string[]): Promise<MockedAerie> {
  mocked = await startMockedAerie(args, { engineArgs: ['--interval-ms', '5'] });
  return mocked;
}

interface Stream {
  /** Everything that came, once it has ended. */
  readonly events: Promise<readonly string[]>;
}

/** Resolves when the first token is here. */
async function stream(url: string): Promise<Stream> {
  const { body } = await fetch(`${url}/v1/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ prompt: 'Hi', ignore_eos: true, max_tokens: TOKENS, stream: true }),
  });
  if (body === null) throw new Error('the answer has no body');
  const chunks = body.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  let wire = String((await chunks.next()).value);
  const read = async (): Promise<readonly string[]> => {
    for (let chunk = await chunks.next(); chunk.done !== true; chunk = await chunks.next()) wire += chunk.value;
    return wire.trimEnd().split('\n\n');
  };
  return { events: read() };
}

const streams = (url: string): Promise<readonly Stream[]> =>
  Promise.all(Array.from({ length: STREAMS }, () => stream(url)));

interface Chunk {
  readonly error?: { readonly code: number };
  readonly choices?: readonly [{ readonly text: string; readonly finish_reason: string | null }];
}

/** Text and how it ended: a finish reason, or the status of an error event. */
function toEnd(events: readonly string[]) {
  const chunks = events.slice(0, -1).map((event) => JSON.parse(event.slice('data: '.length)) as Chunk);
  const last = chunks.at(-1);
  return {
    text: chunks.map(({ choices }) => choices?.[0].text ?? '').join(''),
    end: last?.error?.code ?? last?.choices?.[0].finish_reason,
    marker: events.at(-1),
  };
}

describe.each(['1', '2'])('SIGTERM to a server of %s process(es)', (count) => {
  it('under 50 streams loses none when they have time', async () => {
    const { aerie } = await start('--api-server-count', count, '--shutdown-timeout', '60');
    const running = await streams(aerie.url);
    const exited = aerie.stop();
    const ends = (await Promise.all(running.map(({ events }) => events))).map(toEnd);
    const whole = { text: 'Hi'.repeat(TOKENS / 2), end: 'length', marker: 'data: [DONE]' };
    expect(ends).toEqual(ends.map(() => whole));
    expect(await exited).toBe(0);
  });

  it('without time ends every stream with what there is', async () => {
    const { aerie } = await start('--api-server-count', count);
    const running = await streams(aerie.url);
    const exited = aerie.stop();
    const ends = (await Promise.all(running.map(({ events }) => events))).map(toEnd);
    expect(ends.map(({ end, marker }) => [end, marker])).toEqual(ends.map(() => ['abort', 'data: [DONE]']));
    expect(await exited).toBe(0);
  });

  it('fails the probes and serves on for --shutdown-delay; the second one ends it at once', async () => {
    const { aerie } = await start('--api-server-count', count, '--shutdown-delay', '600', '--admin-port', '0');
    const admin = /admin {2}(http:\/\/\S+)/.exec(aerie.output())?.[1] ?? '';
    const get = async (url: string): Promise<number> => (await fetch(url, { headers: { connection: 'close' } })).status;
    expect([await get(`${admin}/metrics`), await get(`${aerie.url}/metrics`)]).toEqual([200, 404]);
    expect([await get(`${admin}/v1/models`), await get(`${aerie.url}/v1/models`)]).toEqual([404, 200]);

    aerie.child.kill('SIGTERM');
    const writers = count === '1' ? [' delayMs'] : [' worker=0', ' worker=1'];
    await Promise.all(writers.map((writer) => aerie.said(`requests are still served${writer}`)));
    const probes = ['/health', '/health/ready', '/health/live'].flatMap((path) => [aerie.url + path, admin + path]);
    expect(await Promise.all(probes.map(get))).toEqual([503, 503, 503, 503, 200, 200]);
    const { text, end } = toEnd(await (await stream(aerie.url)).events);
    expect([text, end]).toEqual(['Hi'.repeat(TOKENS / 2), 'length']);

    aerie.child.kill('SIGTERM');
    expect(await aerie.exited).toBe(130);
  });
});
