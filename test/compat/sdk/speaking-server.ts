import { Speaker } from '@support/speaker';
import type { TestEngine } from '@support/test-engine';
import { startTestServer } from '@support/test-server';
import { loadTinyModel } from '@support/tiny-model';

export interface SpeakingServer {
  /** `http://127.0.0.1:PORT/v1` */
  readonly baseURL: string;
  readonly engine: TestEngine;
  /** Says what the engine says. */
  readonly speaker: Speaker;
  readonly close: () => Promise<void>;
}

export const API_KEY = 'sk-test';
export const MODEL = 'tiny-chat';

const ARGV = [
  ...['--engine', 'vllm', '--api-key', API_KEY, '--fingerprint-mode', 'custom', '--fingerprint-value', 'fp'],
  ...['--enable-auto-tool-choice', '--reasoning-parser', 'think_tag'],
  ...['--enable-prompt-tokens-details', '--enable-request-id-headers'],
];

/** A server whose engine says what the test tells it, with every detail on. */
export async function startSpeakingServer(toolParser = 'hermes'): Promise<SpeakingServer> {
  const model = await loadTinyModel();
  const speaker = new Speaker(model.tokenizer);
  const argv = [...ARGV, '--tool-call-parser', toolParser];
  const { url, engine, close } = await startTestServer({ engine: { onRequest: speaker.answer }, model, argv });
  return { baseURL: `${url}/v1`, engine, speaker, close };
}

/** The function that every test offers. */
export const WEATHER = {
  name: 'get_weather',
  description: 'Weather.',
  parameters: { type: 'object' as const, properties: { city: { type: 'string' as const } }, required: ['city'] },
};

/** How the model writes calls of it. */
export function weatherCalls(...cities: readonly string[]): string {
  const calls = cities.map((city) => JSON.stringify({ name: WEATHER.name, arguments: { city } }));
  return calls.map((call) => `<tool_call>\n${call}\n</tool_call>`).join('\n');
}

/** The ids of calls on the wire. */
export const CALL_ID = /^chatcmpl-tool-[0-9a-f]{16}$/;

/** The speech of these tokens and `x` as second choice, as chat log probabilities with two alternatives. */
export function chatLogprobs(...tokens: readonly string[]): object[] {
  const entry = (token: string, logprob: number) => ({ token, logprob, bytes: [...Buffer.from(token)] });
  return tokens.map((token) => ({
    ...entry(token, -0.25),
    top_logprobs: [entry(token, -0.25), entry('x', -1.5)],
  }));
}

/** A fetch that counts. */
export class CountingFetch {
  count = 0;

  readonly fetch: typeof fetch = (...args) => {
    this.count += 1;
    return fetch(...args);
  };
}
