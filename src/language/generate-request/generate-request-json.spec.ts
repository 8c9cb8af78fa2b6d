import { describe, expect, it } from 'vitest';
import { chatRequest, tinyChat } from '@testing/chat';
import { textRequest, tinyText } from '@testing/text';
import type { TextRequestPatch, TinyTextOptions } from '@testing/text';
import { jsonText } from '../answers/json-text.js';
import { generateRequestJson } from './generate-request-json.js';
import { parseContextJson } from './parse-context-json.js';

const facts = { requestId: 'r', model: 'm', priority: 0, streamOptions: undefined, returnTokenIds: undefined };

async function render(patch: TextRequestPatch = {}, more: object = {}, options: TinyTextOptions = {}) {
  const prepared = await tinyText(options).text.prepare(textRequest(patch));
  return jsonText(generateRequestJson(prepared, { ...facts, ...more }));
}

async function samplingOf(sampling: TextRequestPatch['sampling'], options?: TinyTextOptions): Promise<string> {
  const text = await render({ sampling }, {}, options);
  return /"sampling_params":(\{.*\}),"model"/.exec(text)?.[1] ?? '';
}

/** Always there, unless a case says otherwise. */
const floats = '"presence_penalty":0.0,"frequency_penalty":0.0,"repetition_penalty":1.0';
const filters = '"top_p":0.9,"min_p":0.0';
const flags = '"output_kind":2,"skip_clone":true';
const end = '"bad_words":[],"skip_reading_prefix_cache":false';

describe('a rendered request', () => {
  it('has its keys in the order of the wire', async () => {
    expect(await render()).toBe(
      '{"request_id":"r","token_ids":[784,7961,307,4498],"token_offsets":null,"features":null,"content_parts":null,' +
        `"sampling_params":{${floats},"temperature":0.7,${filters},"stop":[],"stop_token_ids":[],${flags},${end}},` +
        '"model":"m","reasoning_ended":null,"reasoning_parser_kwargs":null,"return_token_ids":null,"output_mode":"tokens","parse_context":null,' +
        '"stream":false,"stream_options":null,"cache_salt":null,"priority":0,"kv_transfer_params":null,"ec_transfer_params":null}',
    );
  });

  const structured =
    '"structured_outputs":{"json":null,"regex":"a","choice":null,"grammar":null,"json_object":null,"disable_any_whitespace":true,' +
    '"disable_additional_properties":false,"whitespace_pattern":null,"structural_tag":null,"_backend":null,"_backend_was_auto":false}';

  it.each<[string, TextRequestPatch['sampling'], string]>([
    [
      'floats, even those that are the default',
      { temperature: 1, topP: 1 },
      `${floats},"temperature":1.0,"top_p":1.0,"min_p":0.0,"stop":[],"stop_token_ids":[],${flags},${end}`,
    ],
    [
      'a greedy choice, which filters nothing',
      { temperature: 0, topP: 0.5, topK: 4, minP: 0.1 },
      `${floats},"temperature":0.0,"stop":[],"stop_token_ids":[],${flags},${end}`,
    ],
    [
      'a temperature that is too small',
      { temperature: 0.001 },
      `${floats},"temperature":0.01,${filters},"stop":[],"stop_token_ids":[],${flags},${end}`,
    ],
    [
      'integers, but not their defaults',
      { n: 2, topK: -1, seed: 2n ** 62n, maxTokens: 17, minTokens: 1, logprobs: 0, promptLogprobs: 0 },
      `"n":2,${floats},"temperature":0.7,"top_p":0.9,"top_k":-1,"min_p":0.0,"seed":4611686018427387904,"stop":[],"stop_token_ids":[],"max_tokens":17,"min_tokens":1,` +
        `"logprobs":0,"prompt_logprobs":0,${flags},"bad_words":[],"skip_reading_prefix_cache":true`,
    ],
    [
      'a seed that is none',
      { seed: -1 },
      `${floats},"temperature":0.7,${filters},"stop":[],"stop_token_ids":[],${flags},${end}`,
    ],
    [
      'words that stop, and what is held back for them',
      { stop: ['é🎉', 'x'], stopTokenIds: [5, 7, 5], ignoreEos: true },
      `${floats},"temperature":0.7,${filters},"stop":["é🎉","x"],"stop_token_ids":[5,7],"ignore_eos":true,${flags},"output_text_buffer_length":1,${end}`,
    ],
    [
      'words that stop and stay',
      { stop: ['abc'], includeStopStrInOutput: true },
      `${floats},"temperature":0.7,${filters},"stop":["abc"],"stop_token_ids":[],"include_stop_str_in_output":true,${flags},${end}`,
    ],
    [
      'flags of the text',
      { skipSpecialTokens: false, spacesBetweenSpecialTokens: false, streamInterval: 3, watermarking: false },
      `${floats},"temperature":0.7,"watermarking":false,${filters},"stop":[],"stop_token_ids":[],"skip_special_tokens":false,"spaces_between_special_tokens":false,` +
        `"output_kind":2,"stream_interval":3,"skip_clone":true,${end}`,
    ],
    [
      'biases, clamped, by plain ids',
      { logitBias: { ' 5 ': 200, '0_7': -1 } },
      `${floats},"temperature":0.7,${filters},"stop":[],"stop_token_ids":[],${flags},"logit_bias":{"5":100.0,"7":-1.0},${end}`,
    ],
    [
      'lists of ids and words',
      { logprobTokenIds: [1], allowedTokenIds: [2], badWords: ['a', 'b', 'a'] },
      `${floats},"temperature":0.7,${filters},"stop":[],"stop_token_ids":[],"logprob_token_ids":[1],${flags},"allowed_token_ids":[2],"bad_words":["a","b"],"skip_reading_prefix_cache":false`,
    ],
    [
      'what engines alone understand',
      {
        structuredOutputs: {
          regex: 'a',
          disableAnyWhitespace: true,
          disableAdditionalProperties: false,
          backendWasAuto: false,
        },
        extraArgs: { x: 1 },
        thinkingTokenBudget: 5,
        repetitionDetection: { maxPatternSize: 3, minPatternSize: 0, minCount: 2 },
        routedExpertsPromptStart: 1,
      },
      `${floats},"temperature":0.7,${filters},"stop":[],"stop_token_ids":[],${flags},${structured},"extra_args":{"x":1},${end},"thinking_token_budget":5,` +
        '"repetition_detection":{"max_pattern_size":3,"min_pattern_size":0,"min_count":2},"routed_experts_prompt_start":1',
    ],
  ])('names %s', async (_, sampling, expected) => {
    expect(await samplingOf(sampling)).toBe(`{${expected}}`);
  });

  it('hands transfers on beside the sampling', async () => {
    const text = await render({
      sampling: { extraArgs: { kv_transfer_params: { a: 1 }, ec_transfer_params: {} } },
    });
    expect(text).toContain('"kv_transfer_params":{"a":1},"ec_transfer_params":null}');
    expect(text).not.toContain('extra_args');
  });

  it('tells a stream by its options', async () => {
    const streamOptions = { include_usage: true, continuous_usage_stats: undefined };
    const text = await render({ stream: true }, { streamOptions });
    expect(text).toContain('"output_kind":1,');
    expect(text).toContain('"stream":true,"stream_options":{"include_usage":true,"continuous_usage_stats":null}');
    expect(await render({}, { streamOptions })).toContain('"stream":false,"stream_options":null');
  });

  it.each<[string, TextRequestPatch, string]>([
    [
      'a text',
      { prompt: { type: 'text', text: 'é🎉 a', addSpecialTokens: false } },
      '[[0,1],[1,2],[1,2],[1,2],[1,2],[2,4]]',
    ],
    [
      'a text whose start is cut off',
      { prompt: { type: 'text', text: '🎉 one two', addSpecialTokens: false }, truncatePromptTokens: 1 },
      '[[5,9]]',
    ],
    [
      'a text that is too long to look at all of it',
      {
        prompt: { type: 'text', text: `${'🎉'.repeat(9000)} one two`, addSpecialTokens: false },
        truncatePromptTokens: 1,
      },
      '[[9004,9008]]',
    ],
    [
      'a text that is too long, from its start',
      {
        prompt: { type: 'text', text: `one two${' a'.repeat(9000)}`, addSpecialTokens: false },
        truncatePromptTokens: 2,
        truncationSide: 'right',
      },
      '[[0,3],[3,7]]',
    ],
    ['token ids', { prompt: { type: 'tokens', tokenIds: [1] } }, 'null'],
  ])('tells the places of the tokens of %s', async (_, patch, expected) => {
    expect(await render({ ...patch, promptOffsets: true })).toContain(`"token_offsets":${expected},`);
  });
});

describe('the context of a rendered chat', () => {
  it('has all that a reader of the answer needs', async () => {
    const { chat } = await tinyChat([]);
    const request = chatRequest({
      toolChoice: { name: 'f' },
      parallelToolCalls: false,
      includeReasoning: false,
      prompt: {
        messages: [
          { role: 'assistant', toolCalls: [{}, {}] },
          { role: 'user', toolCalls: [{}] },
        ],
        tools: [
          { name: 'f' },
          { name: 'g', description: 'd', parameters: {}, strict: true, deferLoading: true, deferToolLoading: true },
        ],
        kwargs: { a: 1 },
        documents: [],
        reasoningEffort: 'low',
      },
    });
    expect(jsonText(parseContextJson(request, chat.templateKwargs(request.prompt)))).toBe(
      '{"tools":[{"type":"function","function":{"name":"f","description":null,"parameters":null}},' +
        '{"type":"function","function":{"name":"g","description":"d","parameters":{},"strict":true,"defer_loading":true},"defer_loading":true}],' +
        '"tool_choice":{"function":{"name":"f"},"type":"function"},"parallel_tool_calls":false,"include_reasoning":false,' +
        '"chat_template_kwargs":{"a":1,"add_generation_prompt":true,"continue_final_message":false,"documents":[],"reasoning_effort":"low","enable_thinking":true},' +
        '"history_tool_call_cnt":2}',
    );
  });

  it.each([
    ['none without tools', undefined, 'none'],
    ['auto with tools', [{ name: 'f' }], 'auto'],
  ])('takes the tool choice for %s', (_, tools, choice) => {
    expect(parseContextJson(chatRequest({ prompt: { tools } }), {})).toMatchObject({ tool_choice: choice });
  });
});
