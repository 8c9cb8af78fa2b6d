import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer } from '@support/test-server';
import type { TestServer } from '@support/test-server';
import { loadTinyModel } from '@support/tiny-model';

/** What the operator says of the engines decides which requests they get. */
describe('requests that not every engine follows', () => {
  let plain: TestServer;
  let told: TestServer;

  beforeAll(async () => {
    const model = await loadTinyModel();
    const start = (...argv: readonly string[]) =>
      startTestServer({
        engine: { onRequest: (arrived) => arrived.say({ newTokenIds: [925], finishReason: 'length' }) },
        model,
        argv: ['--engine', 'vllm', ...argv],
      });
    plain = await start();
    told = await start('--speculative-config.method', 'ngram', '--reasoning-config', '{"reasoning_parser": "qwen3"}');
  });

  afterAll(() => Promise.all([plain.close(), told.close()]));

  async function outcome({ url }: TestServer, more: object): Promise<readonly [status: number, message: unknown]> {
    const response = await fetch(`${url}/v1/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ prompt: 'Hello', max_tokens: 1, ...more }),
    });
    const { error } = (await response.json()) as { readonly error?: { readonly message: string } };
    return [response.status, error?.message];
  }

  it.each([{ min_p: 0.1 }, { logit_bias: { 5: 1 } }])('refuses %j with --speculative-config', async (parameter) => {
    expect(await outcome(plain, parameter)).toEqual([200, undefined]);
    expect(await outcome(told, parameter)).toEqual([
      400,
      'The min_p and logit_bias sampling parameters are not yet supported with speculative decoding.',
    ]);
  });

  it('takes thinking_token_budget with --reasoning-config', async () => {
    const parameter = { thinking_token_budget: 5 };
    expect(await outcome(plain, parameter)).toEqual([400, expect.stringMatching(/reasoning_config is not configured/)]);
    expect(await outcome(told, parameter)).toEqual([200, undefined]);
  });
});
