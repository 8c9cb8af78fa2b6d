import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Speaker } from '@support/speaker';
import { startTestServer } from '@support/test-server';
import { loadTinyModel } from '@support/tiny-model';

/** `CALL name arguments` on a line of its own, and `THINK … DONE` before it. */
const PLUGIN = `
class Calls {
  buffer = '';
  push(text) { this.buffer += text; return []; }
  finish() {
    const [, name, args] = /^CALL (\\w+) (.*)$/.exec(this.buffer) ?? [];
    if (name === 'boom') throw new Error('broken');
    if (name === undefined) return [{ type: 'text-delta', text: this.buffer }];
    return [{ type: 'tool-call-start', index: 0, name }, { type: 'tool-call-delta', index: 0, delta: args }];
  }
}
class Thoughts {
  buffer = '';
  reasoning = true;
  push(text) { this.buffer += text; return []; }
  finish() {
    const [, thought = '', content = this.buffer] = /^THINK (.*) DONE (.*)$/.exec(this.buffer) ?? [];
    return [{ type: 'reasoning-delta', text: thought }, { type: 'content-delta', text: content }];
  }
}
export const toolParsers = [{ name: 'lines', models: [/tiny-chat/], create: () => new Calls() }];
export const reasoningParsers = [{ name: 'words', models: [/tiny-chat/], create: () => new Thoughts() }];
`;

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aerie-parsers-'));
  file = join(folder, 'mine.mjs');
  await writeFile(file, PLUGIN);
  await writeFile(join(folder, 'empty.mjs'), '');
});
afterAll(() => rm(folder, { recursive: true }));

async function start(...argv: readonly string[]) {
  const model = await loadTinyModel();
  const speaker = new Speaker(model.tokenizer);
  const server = await startTestServer({
    model,
    engine: { onRequest: speaker.answer },
    argv: ['--engine', 'vllm', '--enable-auto-tool-choice', ...argv],
  });
  const ask = async (text: string, more: object = {}) => {
    speaker.say(text);
    const response = await fetch(`${server.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'tiny-chat',
        messages: [{ role: 'user', content: 'Hi' }],
        tools: [{ type: 'function', function: { name: 'f' } }],
        ...more,
      }),
    });
    return { status: response.status, body: (await response.json()) as Answer };
  };
  return { ...server, ask };
}

interface Answer {
  readonly choices: readonly { readonly finish_reason: string; readonly message: object }[];
}

const plugins = () => ['--tool-parser-plugin', file, '--reasoning-parser-plugin', file];

describe('parsers of the operator’s own', () => {
  it.each([
    ['by name', ['--tool-call-parser', 'lines', '--reasoning-parser', 'words']],
    ['by what they know of the model', ['--tool-call-parser', 'auto', '--reasoning-parser', 'auto']],
  ])('read answers, chosen %s', async (_, chosen) => {
    const { ask, close } = await start(...plugins(), ...chosen, '--enable-reasoning-content');
    const { body } = await ask('THINK hm DONE CALL f {"a": 1}');
    expect(body.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: {
        content: null,
        reasoning: 'hm',
        reasoning_content: 'hm',
        tool_calls: [{ type: 'function', function: { name: 'f', arguments: '{"a": 1}' } }],
      },
    });
    // What fails in them is an answer to that request alone.
    expect((await ask('THINK hm DONE CALL boom now')).status).toBe(500);
    const { body: plain } = await ask('fine');
    expect(plain.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: 'fine' } });
    await close();
  });

  it.each([
    [
      () => ['--tool-call-parser', 'nobody', ...plugins()],
      /^invalid tool call parser: nobody \(chose from \{ .*lines.* \}\)$/,
    ],
    [
      () => ['--tool-call-parser', 'lines', '--tool-parser-plugin', join(folder, 'empty.mjs')],
      /^--tool-parser-plugin .*empty\.mjs: the module exports no list "toolParsers"$/,
    ],
    [
      () => ['--tool-call-parser', 'lines', '--tool-parser-plugin', join(folder, 'none.mjs')],
      /^--tool-parser-plugin .*none\.mjs: cannot load the ES module ".*none\.mjs": /,
    ],
  ])('end the start when they are wrong (%#)', async (argv, message) => {
    await expect(start(...argv())).rejects.toThrow(message);
  });
});
