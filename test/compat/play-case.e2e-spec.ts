import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonText } from '@server/language/answers/json-text';
import { startMockedAerie } from '@support/mock-engine';
import type { MockedAerie } from '@support/mock-engine';
import { loadFamily, loadServers } from './corpus.js';
import type { CompatCase, RecordedExchange } from './corpus.js';
import { playCase } from './play-case.js';

const cases = loadFamily('completions');
const mustFind = (name: string): CompatCase => cases.find((recorded) => recorded.name === name) ?? expect.fail(name);
const whole = mustFind('completions/text');
const stream = mustFind('completions/stream');

let stage: MockedAerie;

beforeAll(async () => {
  const { args, env } = loadServers().base;
  stage = await startMockedAerie(args, { env, engineArgs: ['--max-model-len', '512'] });
});

afterAll(() => stage.stop());

function withExchange(recorded: CompatCase, change: (exchange: RecordedExchange) => RecordedExchange): CompatCase {
  return { ...recorded, exchanges: recorded.exchanges.map(change) };
}

function withResponse(recorded: CompatCase, response: Partial<RecordedExchange['response']>): CompatCase {
  return withExchange(recorded, (exchange) => ({ ...exchange, response: { ...exchange.response, ...response } }));
}

function withHttp(recorded: CompatCase, http: Partial<RecordedExchange['http']>): CompatCase {
  return withExchange(recorded, (exchange) => ({ ...exchange, http: { ...exchange.http, ...http } }));
}

function withEngine(recorded: CompatCase, change: object): CompatCase {
  return { ...recorded, engine: recorded.engine?.map((request) => ({ ...request, ...change })) };
}

const [{ http, response }] = whole.exchanges;
const [{ response: streamed }] = stream.exchanges;
const events = streamed.sse ?? [];
const { request } = whole.engine?.[0] ?? expect.fail('no engine request');

describe('a case', () => {
  it.each<[string, CompatCase]>([
    ['as it was recorded', whole],
    ['of a stream', stream],
    [
      'with a body of bytes',
      withHttp(whole, { body: undefined, text_base64: Buffer.from(jsonText(http.body)).toString('base64') }),
    ],
    [
      'whose client goes in the middle of a stream',
      withEngine(withHttp(withResponse(stream, { sse: events.slice(0, 2) }), { drop_after_events: 2 }), {
        steps: stream.engine?.[0].steps.slice(0, 3),
        aborted: true,
      }),
    ],
    [
      'without a header that is there by itself',
      withHttp(
        withResponse(
          { ...whole, engine: undefined },
          {
            status: 400,
            body: jsonText({
              error: {
                message: "1 validation error:\n  Unsupported Media Type: Only 'application/json' is allowed",
                ...{ type: 'Bad Request', param: null, code: 400 },
              },
            }),
          },
        ),
        { headers: { 'Content-Type': '' } },
      ),
    ],
    [
      'of two exchanges, the second with an id of the first',
      {
        ...whole,
        exchanges: [
          { http, response },
          {
            http: { ...http, body: { ...(http.body as object), request_id: '<hex16:1>' } },
            response,
            wait_s: 0.01,
            release_engine: true,
          },
        ],
        engine: [...(whole.engine ?? []), ...(whole.engine ?? [])],
      },
    ],
  ])('%s is equal', async (_, recorded) => {
    expect(await playCase(stage, recorded)).toBeUndefined();
  });

  it.each<[string, CompatCase, RegExp]>([
    ['the status', withResponse(whole, { status: 201 }), /^status 200, not 201/],
    ['a header', withResponse(whole, { headers: { 'content-type': 'text/html' } }), /^header content-type/],
    ['a byte', withResponse(whole, { body: response.body?.replace('Paris', 'paris') }), /is not/],
    [
      'an id that is not the same one',
      withResponse(whole, { body: response.body?.replace('hex16:1', 'hex16:2') }),
      /is not/,
    ],
    ['an event', withResponse(stream, { sse: [...events.slice(0, 4), ...events.slice(5)] }), /^6 events, not 5/],
    ['a cut', withResponse(stream, { cut: true }), /^not cut/],
    [
      'an engine request too few',
      { ...whole, engine: [...(whole.engine ?? []), ...(whole.engine ?? [])] },
      /^1 engine requests, not 2/,
    ],
    ['an engine request too many', withResponse({ ...whole, engine: [] }, { status: 500 }), /is not/],
    [
      'a field of the engine request',
      withEngine(whole, { request: { ...request, prompt_token_ids: [1] } }),
      /^engine request/,
    ],
    [
      'a parameter',
      withEngine(whole, { request: { ...request, sampling_params: { temperature: 0.5 } } }),
      /^engine request/,
    ],
    ['an abort', withEngine(whole, { aborted: true }), /^not aborted/],
    ['a utility call', { ...whole, utility_calls: [{ method: 'sleep', args: [1] }] }, /^utility calls \[\]/],
  ])('that differs by %s is told so', async (_, recorded, difference) => {
    expect(await playCase(stage, recorded)).toMatch(difference);
  });
});
