import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMockedAerie } from '@support/mock-engine';
import type { MockedAerie, MockEngineEvent } from '@support/mock-engine';
import { until } from '@support/metrics';

let mocked: MockedAerie;

function post(path: string, body: object, { aerie } = mocked): Promise<Response> {
  return fetch(`${aerie.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'tiny-chat', ...body }),
  });
}

/** Text and finish reason. */
async function completion(body: object, server = mocked): Promise<unknown> {
  const { choices } = (await (await post('/v1/completions', body, server)).json()) as {
    choices: readonly [{ text: string; finish_reason: string }];
  };
  return [choices[0].text, choices[0].finish_reason];
}

/** What happens from here on, but for the calls by which the front end asks whether the engine lives. */
async function listen(): Promise<readonly MockEngineEvent[]> {
  const events: MockEngineEvent[] = [];
  await mocked.engine.sync();
  mocked.engine.onEvent = (event) => {
    if (event.type !== 'utility') events.push(event);
  };
  return events;
}

// One server from its first answer to the death of its engine.
describe('the mock engine', () => {
  beforeAll(async () => {
    mocked = await startMockedAerie([], { env: { VLLM_KEEP_ALIVE_ON_ENGINE_DEATH: '1' } });
  });

  afterAll(() => mocked.stop());

  it('plays prompts back without a script, to every request in flight', async () => {
    const prompts = ['The capital of France', 'Hi'];
    expect(await Promise.all(prompts.map((prompt) => completion({ prompt, max_tokens: 100 })))).toEqual([
      ['The capital of France', 'stop'],
      ['Hi', 'stop'],
    ]);
    expect(await completion({ prompt: 'Hi', max_tokens: 5, ignore_eos: true })).toEqual(['HiHiH', 'length']);
    const chat = await post('/v1/chat/completions', { messages: [{ role: 'user', content: 'Hi' }], logprobs: true });
    expect([chat.status, await chat.text()]).toEqual([200, expect.stringContaining('"content":"user\\nHi"')]);
  });

  it('refuses what is no command, and goes on as before', async () => {
    await expect(mocked.engine.command({ type: 'play', answers: [{}] })).rejects.toThrow(
      'the mock engine refused "play": answers[0].steps must be a list',
    );
    expect(await completion({ prompt: 'Hi', max_tokens: 100 })).toEqual(['Hi', 'stop']);
  });

  it('holds a step of its script until the release', async () => {
    const events = await listen();
    const steps = [{ ids: [72] }, { ids: [105], finish: 'length' }];
    await mocked.engine.command({ type: 'play', answers: [{ steps, held_before_step: 1 }] });
    const answer = completion({ prompt: 'a' });
    await until(async () => {
      await mocked.engine.sync();
      return events.some(({ type }) => type === 'step');
    });
    await mocked.engine.command({ type: 'next' });
    expect(events.map(({ type }) => type)).toEqual(['add', 'step']);
    await mocked.engine.command({ type: 'release' });
    expect(await answer).toEqual(['Hi', 'length']);
  });

  it('dies when its script says so, as an engine does', async () => {
    const events = await listen();
    await mocked.engine.command({ type: 'play', answers: [{ steps: [{ ids: [72] }], dies_before_step: 1 }] });
    expect((await post('/v1/completions', { prompt: 'a' })).status).toBe(500);
    expect(await mocked.engine.exited).toBe(1);
    expect(events.map(({ type }) => type)).toEqual(['add', 'step', 'died']);
    expect((await fetch(`${mocked.aerie.url}/health`)).status).toBe(503);
    await expect(mocked.engine.command({ type: 'release' })).rejects.toThrow('the mock engine ended');
  });
});

it('says the text it was given, until it is told to end', async () => {
  const server = await startMockedAerie([], { engineArgs: ['--model', 'tiny-chat', '--text', 'Paris is big.'] });
  try {
    expect(await completion({ prompt: 'Hi', max_tokens: 100 }, server)).toEqual(['Paris is big.', 'stop']);
    expect(await server.engine.stop()).toBe(0);
  } finally {
    await server.stop();
  }
});
