import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { OpenAICompatibleProvider } from '@ai-sdk/openai-compatible';
import { generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai';
import type { LanguageModel } from 'ai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAerie } from '@support/aerie-process';
import type { AerieProcess } from '@support/aerie-process';

const MODEL = 'aerie-demo';
let aerie: AerieProcess;
let provider: OpenAICompatibleProvider;
let model: LanguageModel;

beforeAll(async () => {
  aerie = await startAerie(['--max-num-seqs', '8']);
  provider = createOpenAICompatible({ name: 'aerie', baseURL: `${aerie.url}/v1`, includeUsage: true });
  model = provider(MODEL);
});
afterAll(async () => {
  expect(await aerie.stop()).toBe(0);
});

const thinking = { aerie: { chat_template_kwargs: { enable_thinking: true } } };

/** What an answer comes to, whole or streamed. */
async function outcomeOf(answer: Awaited<ReturnType<typeof generateText>> | ReturnType<typeof streamText>) {
  const { inputTokens, outputTokens, outputTokenDetails } = await answer.usage;
  return {
    text: await answer.text,
    reasoning: await answer.reasoningText,
    finishReason: await answer.finishReason,
    usage: [inputTokens, outputTokens, outputTokenDetails.reasoningTokens],
  };
}

describe('the Vercel AI SDK against the shipped model', () => {
  it.each([
    ['an answer', () => ({ model, prompt: 'Count from 1 to 10.' }), 'stop', false],
    ['a thought', () => ({ model, prompt: 'List the numbers 75 to 80.', providerOptions: thinking }), 'stop', true],
    ['an answer cut short', () => ({ model, prompt: 'Count from 1 to 60.', maxOutputTokens: 5 }), 'length', false],
    [
      'a completion',
      () => ({ model: provider.completionModel(MODEL), prompt: '1, 2, 3,', maxOutputTokens: 8 }),
      'length',
      false,
    ],
  ])('gets %s streamed as it is whole', async (_, request, finishReason, thinks) => {
    const whole = await outcomeOf(await generateText({ ...request(), temperature: 0 }));
    const streamed = await outcomeOf(streamText({ ...request(), temperature: 0 }));
    expect(streamed).toEqual(whole);
    expect([whole.finishReason, whole.reasoning !== undefined]).toEqual([finishReason, thinks]);
  });

  it.each(['whole', 'streamed'])('runs the tool that is called, and uses its result (%s)', async (mode) => {
    const asked: string[] = [];
    const get_weather = tool({
      description: 'Get the weather of a city.',
      inputSchema: jsonSchema<{ city: string }>({
        type: 'object',
        properties: { city: { type: 'string' } },
        required: ['city'],
      }),
      execute: ({ city }) => {
        asked.push(city);
        return 'sunny, 21 degrees';
      },
    });
    const request = {
      model,
      prompt: 'What is the weather in Oslo?',
      temperature: 0,
      tools: { get_weather },
      stopWhen: stepCountIs(3),
    };
    const answer = mode === 'whole' ? await generateText(request) : streamText(request);
    expect(await answer.text).toMatch(/sunny|21/);
    expect((await answer.steps).map(({ finishReason }) => finishReason)).toEqual(['tool-calls', 'stop']);
    expect(asked).toEqual(['Oslo']);
  });

  it('gets 16 parallel streams, each complete', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 16 }, (_, index) =>
        outcomeOf(
          streamText({
            model,
            prompt: `Stream ${index}:`,
            maxOutputTokens: 24,
            providerOptions: { aerie: { ignore_eos: true } },
          }),
        ),
      ),
    );
    expect(outcomes.map(({ finishReason, usage }) => [finishReason, usage[1]])).toEqual(
      outcomes.map(() => ['length', 24]),
    );
  });
});
