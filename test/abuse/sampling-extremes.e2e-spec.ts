import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAerie } from '@support/aerie-process';
import type { AerieProcess } from '@support/aerie-process';
import { metric, until } from '@support/metrics';

let aerie: AerieProcess;
let maxModelLen: number;
let vocabularySize: number;

beforeAll(async () => {
  aerie = await startAerie();
  const models = (await (await fetch(`${aerie.url}/v1/models`)).json()) as { data: { max_model_len: number }[] };
  maxModelLen = models.data[0].max_model_len;
  // The refusal names the size.
  const refusal = await (await post({ logit_bias: { 999999999: 1 } })).text();
  vocabularySize = Number(/Vocabulary size: (\d+)/.exec(refusal)?.[1]);
});
afterAll(async () => {
  expect(await aerie.stop()).toBe(0);
});

interface Answer {
  readonly choices: readonly {
    readonly index: number;
    readonly text: string;
    readonly finish_reason: string | null;
    readonly stop_reason: string | number | null;
  }[];
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number } | null;
}

function post(more: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ prompt: 'Hello', max_tokens: 6, ...more }).replace(/"(-?\d+)n"/g, '$1');
  return fetch(`${aerie.url}/v1/completions`, { method: 'POST', headers, body });
}

const ids = (count: number): number[] => Array.from({ length: count }, (_, index) => 64 + (index % 26));
const everyId = (): number[] => Array.from({ length: vocabularySize }, (_, index) => index);

describe('the real engine at the edges of sampling', () => {
  it.each<[string, () => object, number]>([
    ['a prompt that leaves room for one token', () => ({ prompt: ids(maxModelLen - 1), max_tokens: 5 }), 1],
    ['a bias against every id', () => ({ logit_bias: Object.fromEntries(everyId().map((id) => [id, -100])) }), 6],
    ['one allowed id that is biased away', () => ({ allowed_token_ids: [64], logit_bias: { 64: -100 } }), 6],
    [
      'one allowed id that stops, but not yet',
      () => ({ allowed_token_ids: [64], stop_token_ids: [64], min_tokens: 6 }),
      6,
    ],
    ['one allowed id that is a bad word', () => ({ allowed_token_ids: [64], bad_words: ['a'] }), 6],
    ['top_k beyond the vocabulary', () => ({ top_k: 1e18, temperature: 2 }), 6],
    ['a temperature that underflows', () => ({ temperature: 1e-300 }), 6],
    ['a top_p that keeps nothing', () => ({ top_p: 5e-324, temperature: 2 }), 6],
    ['the strongest penalties', () => ({ presence_penalty: 2, frequency_penalty: 2, repetition_penalty: 1e300 }), 6],
    ['the strongest rewards', () => ({ presence_penalty: -2, frequency_penalty: -2, repetition_penalty: 1e-300 }), 6],
    ['the largest seed, for many samples', () => ({ seed: '9223372036854775807n', n: 16, temperature: 2 }), 96],
    ['the smallest seed', () => ({ seed: '-9223372036854775808n', temperature: 2 }), 6],
    ['many samples of many prompts', () => ({ prompt: ['a', 'b', 'c', 'd'], n: 32, max_tokens: 2 }), 256],
    ['every log probability that may be asked for', () => ({ logprobs: 20, prompt_logprobs: 20, echo: true }), 6],
  ])('answers %s', async (_, more, tokens) => {
    const response = await post({ ignore_eos: true, ...more() });
    const answer = (await response.json()) as Answer;
    expect(answer).toMatchObject({ usage: { completion_tokens: tokens } });
    expect(new Set(answer.choices.map(({ finish_reason }) => finish_reason))).toEqual(new Set(['length']));
  });

  it.each<[string, () => object]>([
    ['a prompt that fills the context', () => ({ prompt: ids(maxModelLen) })],
    ['a prompt beyond the context', () => ({ prompt: ids(maxModelLen + 1) })],
    ['an answer beyond the context', () => ({ max_tokens: maxModelLen + 1 })],
    ['a seed beyond 64 bits', () => ({ seed: '9223372036854775808n' })],
    ['an id beyond the vocabulary that stops', () => ({ stop_token_ids: [vocabularySize], min_tokens: 1 })],
    ['a negative id', () => ({ prompt: [-1] })],
  ])('refuses %s', async (_, more) => {
    expect((await post(more())).status).toBe(400);
  });

  it('streams what it answers whole: text, reasons, usage', async () => {
    const stops = [undefined, ['e'], ['a', ' ', 'th', '🎉'], ['\n', 'the']];
    const requests = Array.from({ length: 24 }, (_, seed) => ({
      prompt: ['Once upon a time', '日本語 🎉', 'def f(x):'][seed % 3],
      seed,
      temperature: 1.8,
      max_tokens: 5 + seed,
      n: 1 + (seed % 3),
      stop: stops[seed % 4],
      include_stop_str_in_output: seed % 5 === 0,
      echo: seed % 6 === 0,
    }));
    await Promise.all(
      requests.map(async (request) => {
        const whole = (await (await post(request)).json()) as Answer;
        const streamed = await post({ ...request, stream: true, stream_options: { include_usage: true } });
        expect(readStream(await streamed.text())).toEqual(summaryOf([whole]));
      }),
    );
  });

  it('serves 200 streams at once, each to its end', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, async (_, seed) => {
        const options = { include_usage: true };
        const response = await post({ stream: true, stream_options: options, seed, max_tokens: 8, ignore_eos: true });
        return readStream(await response.text()).completionTokens;
      }),
    );
    expect(answers).toEqual(answers.map(() => 8));
    await until(async () => (await metric(aerie.url, 'vllm:num_requests_running')) === 0);
    expect(await metric(aerie.url, 'vllm:num_requests_waiting')).toBe(0);
  });
});

interface Summary {
  readonly texts: Readonly<Record<number, string>>;
  readonly reasons: Readonly<Record<number, string>>;
  readonly completionTokens: number | undefined;
}

/** All events of a stream, which must end as streams do. */
function readStream(text: string): Summary {
  const events = text.split('\n\n').filter((event) => event !== '');
  expect(events.at(-1)).toBe('data: [DONE]');
  return summaryOf(events.slice(0, -1).map((event) => JSON.parse(event.replace('data: ', '')) as Answer));
}

function summaryOf(parts: readonly Answer[]): Summary {
  const texts: Record<number, string> = {};
  const reasons: Record<number, string> = {};
  for (const { index, text, finish_reason: finish, stop_reason: stop } of parts.flatMap(({ choices }) => choices)) {
    texts[index] = (texts[index] ?? '') + text;
    if (finish !== null) reasons[index] = `${finish} ${stop}`;
  }
  return { texts, reasons, completionTokens: parts.findLast(({ usage }) => usage)?.usage?.completion_tokens };
}
