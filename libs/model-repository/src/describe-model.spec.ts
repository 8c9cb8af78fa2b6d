import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeModel } from './describe-model.js';
import { listShippedModels } from './locate-model.js';

describe('describeModel', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'aerie-model-'));
  });

  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  function write(files: Readonly<Record<string, unknown>>): void {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
    }
  }

  const minimal = { 'config.json': { vocab_size: 10, max_position_embeddings: 64 }, 'tokenizer.json': {} };

  it('describes a folder with every file', async () => {
    const config = { vocab_size: 8064, hidden_size: 64, max_position_embeddings: 32768, model_type: 'qwen3' };
    const tokenizerConfig = { eos_token: '<|im_end|>', chat_template: 'old' };
    write({
      'config.json': config,
      'tokenizer.json': {},
      'tokenizer_config.json': tokenizerConfig,
      'generation_config.json': { eos_token_id: [7, 8], temperature: 0.7, top_p: 0.9, top_k: null, max_new_tokens: 12 },
      'chat_template.jinja': 'new',
      'model.onnx': '',
      'onnx/model_q4.onnx': '',
      'onnx/model_fp16.onnx': '',
      'onnx/model_quantized.onnx': '',
      'onnx/model.onnx': '',
      'onnx/vision_encoder.onnx': '',
      'onnx/model_strange.onnx': '',
    });
    expect(await describeModel(root)).toEqual({
      name: root,
      directory: root,
      config,
      vocabularySize: 8064,
      hiddenSize: 64,
      mixtureOfExperts: false,
      maxPositionEmbeddings: 32768,
      tokenizerConfig,
      tokenizerFile: join(root, 'tokenizer.json'),
      generation: { eosTokenIds: [7, 8], temperature: 0.7, topP: 0.9, maxNewTokens: 12 },
      chatTemplate: 'new',
      onnxFiles: [
        'onnx/model_q4.onnx',
        'onnx/model_quantized.onnx',
        'model.onnx',
        'onnx/model.onnx',
        'onnx/model_fp16.onnx',
        'onnx/model_strange.onnx',
      ],
    });
  });

  it('takes what is optional as absent, and the EOS ids of config.json', async () => {
    write({ ...minimal, 'config.json': { vocab_size: 10, eos_token_id: 3 } });
    const { chatTemplate, generation, onnxFiles, tokenizerConfig, maxPositionEmbeddings } = await describeModel(root);
    expect({ chatTemplate, generation, onnxFiles, tokenizerConfig, maxPositionEmbeddings }).toEqual({
      chatTemplate: undefined,
      generation: { eosTokenIds: [3] },
      onnxFiles: [],
      tokenizerConfig: {},
      maxPositionEmbeddings: 2048,
    });
  });

  it.each([
    [{ hidden_size: 1024, word_embed_proj_dim: 512 }, 512],
    [{ n_embd: 768 }, 768],
    [{ text_config: { hidden_size: 32 }, hidden_size: 64 }, 32],
    [{ hidden_size: '64' }, undefined],
    [{}, undefined],
  ])('knows how wide token embeddings are by %j', async (config, hiddenSize) => {
    write({ ...minimal, 'config.json': { vocab_size: 10, ...config } });
    expect((await describeModel(root)).hiddenSize).toBe(hiddenSize);
  });

  it.each([
    [{}, false],
    [{ num_experts: 0 }, false],
    [{ num_experts: 8 }, true],
    [{ moe_num_experts: [64, 64] }, true],
    [{ num_local_experts: 8, text_config: { n_routed_experts: 256 } }, true],
    [{ block_configs: [{ block_type: 'mamba' }, { block_type: 'moe', n_routed_experts: 4 }] }, true],
    [{ block_configs: ['moe', null] }, false],
  ])('knows a mixture of experts by %j', async (config, mixtureOfExperts) => {
    const withText = 'text_config' in config ? { text_config: { vocab_size: 10, ...config.text_config } } : {};
    write({ ...minimal, 'config.json': { vocab_size: 10, ...config, ...withText } });
    expect((await describeModel(root)).mixtureOfExperts).toBe(mixtureOfExperts);
  });

  it('reads the text part of a multimodal config', async () => {
    write({
      ...minimal,
      'config.json': { model_type: 'mm', text_config: { vocab_size: 11, max_position_embeddings: 5 } },
    });
    const { vocabularySize, maxPositionEmbeddings } = await describeModel(root);
    expect([vocabularySize, maxPositionEmbeddings]).toEqual([11, 5]);
  });

  it.each([
    ['a string', { 'tokenizer_config.json': { chat_template: 'a' } }, 'a'],
    [
      'a list of named ones',
      {
        'tokenizer_config.json': {
          chat_template: [
            { name: 'default', template: 'a' },
            { name: 'tool_use', template: 'b' },
          ],
        },
      },
      { default: 'a', tool_use: 'b' },
    ],
    [
      'chat_template.json',
      { 'chat_template.json': { chat_template: 'j' }, 'tokenizer_config.json': { chat_template: 'a' } },
      'j',
    ],
    [
      'additional files',
      { 'chat_template.jinja': 'm', 'additional_chat_templates/tool_use.jinja': 't' },
      { default: 'm', tool_use: 't' },
    ],
  ])('finds the chat template: %s', async (_, files, expected) => {
    write({ ...minimal, ...files });
    expect((await describeModel(root)).chatTemplate).toEqual(expected);
  });

  it('reads the generation config of another folder', async () => {
    write({ ...minimal, 'other/generation_config.json': { temperature: 0.1 } });
    expect((await describeModel(root, { generationConfigDirectory: join(root, 'other') })).generation).toEqual({
      eosTokenIds: [],
      temperature: 0.1,
    });
  });

  it('reads tokenizer and config of other folders', async () => {
    write({
      ...minimal,
      'tokenizer_config.json': { chat_template: 'own' },
      'other/config.json': { vocab_size: 20, max_position_embeddings: 128 },
      'other/tokenizer.json': {},
      'other/tokenizer_config.json': { chat_template: 'other' },
    });
    const other = join(root, 'other');
    expect(await describeModel(root, { tokenizerDirectory: other })).toMatchObject({
      directory: root,
      vocabularySize: 10,
      tokenizerFile: join(other, 'tokenizer.json'),
      tokenizerConfig: { chat_template: 'other' },
      chatTemplate: 'other',
    });
    expect(await describeModel(root, { configDirectory: other })).toMatchObject({
      directory: root,
      vocabularySize: 20,
      maxPositionEmbeddings: 128,
      tokenizerFile: join(root, 'tokenizer.json'),
    });
    const nowhere = join(root, 'nowhere');
    await expect(describeModel(root, { tokenizerDirectory: nowhere })).rejects.toThrow(
      `${nowhere} has no tokenizer.json`,
    );
    await expect(describeModel(root, { configDirectory: nowhere })).rejects.toThrow(`${nowhere} has no config.json`);
  });

  it('puts overrides over the config, member by member', async () => {
    write({
      ...minimal,
      'config.json': { text_config: { vocab_size: 10, max_position_embeddings: 64 }, architectures: ['A'] },
    });
    const { config, maxPositionEmbeddings } = await describeModel(root, {
      configOverrides: { text_config: { max_position_embeddings: 32 }, architectures: ['B'] },
    });
    expect([config, maxPositionEmbeddings]).toEqual([
      { text_config: { vocab_size: 10, max_position_embeddings: 32 }, architectures: ['B'] },
      32,
    ]);
  });

  it('finds a shipped model by its name', async () => {
    write({
      'apps/demo-model/small/config.json': minimal['config.json'],
      'apps/demo-model/small/tokenizer.json': {},
      'apps/demo-model/README.md': '',
    });
    const model = await describeModel('small', { packageRoot: root });
    expect([model.name, model.directory]).toEqual(['small', join(root, 'apps/demo-model/small')]);
    expect(await listShippedModels(root)).toEqual(['small']);
  });

  it.each([
    ['no such folder', {}, 'nope', 'model "nope" is neither a folder nor a model that ships with the server (none)'],
    [
      'a name that leaves the folder',
      {},
      '../no-such-model',
      'model "../no-such-model" is neither a folder nor a model that ships',
    ],
    ['an empty name', {}, '', 'model "" is neither a folder'],
    ['no config.json', { 'tokenizer.json': {} }, undefined, 'has no config.json'],
    ['no tokenizer.json', { 'config.json': { vocab_size: 1 } }, undefined, 'has no tokenizer.json'],
    ['broken JSON', { ...minimal, 'config.json': '{' }, undefined, 'config.json is not JSON:'],
    [
      'a list',
      { ...minimal, 'tokenizer_config.json': [] },
      undefined,
      'tokenizer_config.json does not hold a JSON object',
    ],
    ['no vocabulary', { ...minimal, 'config.json': {} }, undefined, '"vocab_size" must be a positive integer'],
    [
      'EOS text',
      { ...minimal, 'generation_config.json': { eos_token_id: 'x' } },
      undefined,
      '"eos_token_id" must be a token id',
    ],
    [
      'temperature text',
      { ...minimal, 'generation_config.json': { temperature: 'hot' } },
      undefined,
      '"temperature" must be a number',
    ],
    [
      'template number',
      { ...minimal, 'tokenizer_config.json': { chat_template: 5 } },
      undefined,
      '"chat_template" must be a string',
    ],
  ])('says what is wrong: %s', async (_, files, name, message) => {
    write(files);
    await expect(describeModel(name ?? root, { packageRoot: root })).rejects.toThrow(message);
  });
});
