import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import type { AIMessageChunk } from '@langchain/core/messages';
import { ChatOpenAI, OpenAI } from '@langchain/openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAerie } from '@support/aerie-process';
import type { AerieProcess } from '@support/aerie-process';

let aerie: AerieProcess;

beforeAll(async () => {
  aerie = await startAerie(['--max-num-seqs', '8']);
});
afterAll(async () => {
  expect(await aerie.stop()).toBe(0);
});

const fields = () => ({
  model: 'aerie-demo',
  temperature: 0,
  apiKey: 'none',
  configuration: { baseURL: `${aerie.url}/v1` },
});
const chat = (more: ConstructorParameters<typeof ChatOpenAI>[0] = {}) => new ChatOpenAI({ ...fields(), ...more });

async function wholeOf(stream: AsyncIterable<AIMessageChunk>): Promise<AIMessageChunk> {
  const chunks: AIMessageChunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks.reduce((whole, chunk) => whole.concat(chunk));
}

describe('LangChain against the shipped model', () => {
  it('gets an answer streamed as it is whole', async () => {
    const whole = await chat().invoke('Count from 1 to 10.');
    const streamed = await wholeOf(await chat().stream('Count from 1 to 10.'));
    expect([streamed.content, streamed.usage_metadata, streamed.response_metadata.finish_reason]).toEqual([
      whole.content,
      whole.usage_metadata,
      'stop',
    ]);
  });

  it('gets the answers of a batch in its order', async () => {
    const questions = ['Hello', 'What is Aerie?', 'Count from 1 to 10.'];
    const single: unknown[] = [];
    for (const question of questions) single.push((await chat().invoke(question)).content);
    expect((await chat().batch(questions)).map(({ content }) => content)).toEqual(single);
    expect(new Set(single).size).toBe(questions.length);
  });

  it.each(['whole', 'streamed'])('binds a tool, and gets an answer to its result (%s)', async (mode) => {
    const model = chat().bindTools([
      {
        type: 'function',
        function: {
          name: 'get_weather',
          description: 'Get the weather of a city.',
          parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
        },
      },
    ]);
    const question = new HumanMessage('What is the weather in Oslo?');
    const asking = mode === 'whole' ? await model.invoke([question]) : await wholeOf(await model.stream([question]));
    expect(asking.tool_calls).toMatchObject([{ name: 'get_weather', args: { city: 'Oslo' } }]);
    const id = asking.tool_calls?.[0].id ?? '';
    const result = new ToolMessage({ tool_call_id: id, content: 'sunny, 21 degrees' });
    const conversation = [question, asking, result];
    const answer =
      mode === 'whole' ? await model.invoke(conversation) : await wholeOf(await model.stream(conversation));
    expect(answer.content).toMatch(/sunny|21/);
    expect(answer.tool_calls).toEqual([]);
  });

  it('gets the log probability of every token, streamed as whole', async () => {
    const model = chat({ logprobs: true, topLogprobs: 2, maxTokens: 5 });
    const whole = await model.invoke('Hello');
    const streamed = await wholeOf(await model.stream('Hello'));
    expect(streamed.response_metadata.logprobs).toEqual(whole.response_metadata.logprobs);
  });

  it('stops at the word it was told', async () => {
    const full = (await chat().invoke('Count from 1 to 10.')).text;
    const cut = await chat().invoke('Count from 1 to 10.', { stop: ['5'] });
    expect(cut.content).toBe(full.slice(0, full.indexOf('5')));
  });

  it('gets completions, whole, streamed and in a batch', async () => {
    const model = new OpenAI({ ...fields(), maxTokens: 8 });
    const whole = await model.invoke('1, 2, 3,');
    let streamed = '';
    for await (const piece of await model.stream('1, 2, 3,')) streamed += piece;
    expect(streamed).toBe(whole);
    expect(await model.batch(['1, 2, 3,', '7, 8, 9,'])).toEqual([whole, await model.invoke('7, 8, 9,')]);
    expect(whole).toMatch(/4/);
  });
});
