import type { StructuredOutputs } from '@app/engine-protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { startTestServer } from '@support/test-server';
import type { TestServer } from '@support/test-server';
import { loadTinyModel } from '@support/tiny-model';

const model = await loadTinyModel();
let server: TestServer | undefined;
afterEach(() => server?.close());

async function serve(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<TestServer> {
  server = await startTestServer({
    engine: { onRequest: (arrived) => arrived.say({ newTokenIds: [925], finishReason: 'length' }) },
    model,
    env,
    argv: ['--engine', 'vllm', ...argv],
  });
  return server;
}

const withParser = (name: string): string[] => ['--enable-auto-tool-choice', '--tool-call-parser', name];
const weather = {
  type: 'function',
  function: { name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
};

interface Outcome {
  readonly status: number;
  readonly error: unknown;
  /** What the engine was held to; undefined: nothing, or it was not asked. */
  readonly sent: StructuredOutputs | undefined;
}

async function ask({ url, engine }: TestServer, more: object): Promise<Outcome> {
  const asked = engine.requests.length;
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ messages: [{ role: 'user', content: 'Hi' }], max_tokens: 1, ...more }),
  });
  const { error } = (await response.json()) as { readonly error?: unknown };
  return { status: response.status, error, sent: engine.requests.at(asked)?.request.sampling.structuredOutputs };
}

/** The schema that arguments are held to, of the first tag. */
function argumentSchemas({ sent }: Outcome): unknown[] {
  return [...(sent?.structuralTag ?? '').matchAll(/"json_schema": (true|\{[^}]*\}+)/g)].map(
    ([, schema]) => JSON.parse(schema) as unknown,
  );
}

describe('calls on the wire', () => {
  it.each<[string, readonly string[], unknown[]]>([
    ['free by default', withParser('hermes'), []],
    ['held to their format', [...withParser('hermes'), '--tool-strict-level', 'function'], [true, true]],
    [
      'held to their schemas',
      [...withParser('hermes'), '--tool-strict-level', 'parameter'],
      [weather.function.parameters, weather.function.parameters],
    ],
  ])('are %s', async (_, argv, expected) => {
    const outcome = await ask(await serve(argv), { tools: [weather] });
    expect([outcome.status, argumentSchemas(outcome)]).toEqual([200, expected]);
  });

  it('of GLM models are always held to their format', async () => {
    const { sent } = await ask(await serve(withParser('glm45')), { tools: [weather] });
    expect(JSON.parse(sent?.structuralTag ?? 'null')).toMatchObject({
      format: { type: 'triggered_tags', triggers: ['<tool_call>'], at_least_one: false },
    });
  });

  it('are plain JSON with VLLM_ENFORCE_STRICT_TOOL_CALLING=0', async () => {
    const plain = await serve(withParser('hermes'), { VLLM_ENFORCE_STRICT_TOOL_CALLING: '0' });
    const tool_choice = { type: 'function', function: { name: 'weather' } };
    expect((await ask(plain, { tools: [weather], tool_choice })).sent?.json).toEqual(weather.function.parameters);
    const defined = (name: string, type: string) => ({
      type: 'function',
      function: { name, parameters: { $defs: { c: { type } }, type: 'object' } },
    });
    const tools = [defined('f', 'string'), defined('g', 'integer')];
    expect(await ask(plain, { tools, tool_choice: 'required' })).toMatchObject({
      status: 400,
      error: {
        message: "Tool definition 'c' has multiple schemas, which is not supported. (parameter=tools)",
        param: 'tools',
      },
      sent: undefined,
    });
  });
});

describe('constraints on the wire', () => {
  it.each<[string, object, Partial<StructuredOutputs>]>([
    ['xgrammar', { structured_outputs: { regex: 'a' } }, { backend: 'xgrammar', backendWasAuto: true }],
    [
      'guidance',
      { structured_outputs: { json: { type: 'integer', multipleOf: 3 } } },
      { backend: 'guidance', backendWasAuto: true },
    ],
  ])('name %s when that enforces them', async (_, more, expected) => {
    expect(await ask(await serve([]), more)).toMatchObject({ status: 200, sent: expected });
  });

  it('name the configured backend', async () => {
    const { sent } = await ask(await serve(['--structured-outputs-config.backend', 'outlines']), {
      structured_outputs: { choice: ['a', 'b'] },
    });
    expect(sent).toMatchObject({ choice: ['a', 'b'], backend: 'outlines', backendWasAuto: false });
  });

  it.each<[string, object, string]>([
    ['a regex', { structured_outputs: { regex: '(' } }, ''],
    ['a grammar', { structured_outputs: { grammar: 'root ::= "a' } }, 'Invalid grammar specification'],
    [
      'a schema',
      { response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'nonsense' } } } },
      'Grammar error: Invalid type: nonsense',
    ],
  ])('that are broken are refused before the engine hears of them: %s', async (_, more, message) => {
    expect(await ask(await serve([]), more)).toMatchObject({
      status: 400,
      error: { type: 'BadRequestError', message: expect.stringContaining(message) as string },
      sent: undefined,
    });
  });
});
