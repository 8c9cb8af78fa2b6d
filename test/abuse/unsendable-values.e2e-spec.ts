import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMockedAerie } from '@support/mock-engine';
import type { MockedAerie } from '@support/mock-engine';

let mocked: MockedAerie;
beforeAll(async () => {
  mocked = await startMockedAerie(['--enable-scale-out', '--reasoning-parser', 'qwen3']);
}, 60_000);
afterAll(() => mocked.stop());

const deep = `${'{"a":'.repeat(200)}1${'}'.repeat(200)}`;
const generate = (sampling: string, more = ''): string => `{"token_ids":[5],${more}"sampling_params":{${sampling}}}`;

async function post(path: string, body: string): Promise<{ status: number; text: string }> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${mocked.aerie.url}${path}`, { method: 'POST', headers, body });
  return { status: answer.status, text: await answer.text() };
}

describe('values that have no form on the wire to an engine', () => {
  const GENERATE = '/inference/v1/generate';
  const CHAT = '/v1/chat/completions';
  const chat = (more: string): string => `{"messages":[{"role":"user","content":"Hi"}],"max_tokens":1,${more}}`;

  it.each([
    ['max_tokens of 54 bits', GENERATE, generate('"max_tokens":9007199254740993')],
    ['max_tokens of 65 bits', GENERATE, generate('"max_tokens":18446744073709551616')],
    [
      'template variables of 65 bits',
      GENERATE,
      generate('"max_tokens":1', '"reasoning_parser_kwargs":{"chat_template_kwargs":{"a":18446744073709551616}},'),
    ],
    [
      'deep template variables',
      GENERATE,
      generate('"max_tokens":1', `"reasoning_parser_kwargs":{"chat_template_kwargs":${deep}},`),
    ],
    ['deep template variables of a chat', CHAT, chat(`"chat_template_kwargs":${deep}`)],
    ['template variables of a chat of 65 bits', CHAT, chat('"chat_template_kwargs":{"a":[-9223372036854775809]}')],
    [
      'a schema with an integer of 65 bits',
      GENERATE,
      generate('"max_tokens":1,"structured_outputs":{"json":{"maximum":18446744073709551616}}'),
    ],
  ])('are the fault of the request: %s', async (_, path, body) => {
    const { status, text } = await post(path, body);
    expect(text).toMatch(/out of range|between|levels deep/);
    expect(status).toBe(400);
  });

  it('are few: 64 bits are taken', async () => {
    const kwargs = '"chat_template_kwargs":{"a":18446744073709551615,"b":-9223372036854775808,"c":1e300}';
    expect(await post(CHAT, chat(kwargs))).toMatchObject({ status: 200 });
    expect(await post(GENERATE, generate('"max_tokens":1'))).toMatchObject({ status: 200 });
  });
});
