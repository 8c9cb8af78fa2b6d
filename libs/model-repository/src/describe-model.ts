import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '@app/errors';
import { readChatTemplate } from './chat-template-source.js';
import { findOnnxFiles } from './find-onnx-files.js';
import { toGenerationDefaults } from './generation-defaults.js';
import { isJsonObject, readJsonObject } from './json-file.js';
import type { JsonObject } from './json-file.js';
import { locateModel } from './locate-model.js';
import { deriveContextLength, textConfigOf } from './max-model-len.js';
import type { ModelDescription } from './model-description.js';

export interface DescribeModelOptions {
  /** Folder whose generation_config.json is read instead of the model's own (`--generation-config DIR`). */
  readonly generationConfigDirectory?: string | undefined;
  /** Folder of tokenizer.json, tokenizer_config.json and the chat template (`--tokenizer`). */
  readonly tokenizerDirectory?: string | undefined;
  /** Folder of config.json (`--hf-config-path`). */
  readonly configDirectory?: string | undefined;
  /** Put over config.json, member by member (`--hf-overrides`). */
  readonly configOverrides?: JsonObject | undefined;
  /** Where the shipped models are looked for; default: this package. */
  readonly packageRoot?: string | undefined;
}

/**
 * Reads everything a model's folder says about it. `nameOrPath`: a folder, or the name of a shipped model (`aerie-demo`).
 * Throws `ConfigurationError` that names the file or key which is missing or wrong.
 */
export async function describeModel(nameOrPath: string, options: DescribeModelOptions = {}): Promise<ModelDescription> {
  const { generationConfigDirectory, configOverrides = {}, packageRoot } = options;
  const directory = await locateModel(nameOrPath, packageRoot);
  const { tokenizerDirectory = directory, configDirectory = directory } = options;
  const givenConfig = await readJsonObject(join(configDirectory, 'config.json'));
  if (!givenConfig) {
    throw new ConfigurationError(`model "${nameOrPath}": ${configDirectory} has no config.json`);
  }
  const config = withOverrides(givenConfig, configOverrides);
  const tokenizerFile = join(tokenizerDirectory, 'tokenizer.json');
  if (!existsSync(tokenizerFile)) {
    throw new ConfigurationError(`model "${nameOrPath}": ${tokenizerDirectory} has no tokenizer.json`);
  }
  const generationFile = join(generationConfigDirectory ?? directory, 'generation_config.json');
  const [tokenizerConfig = {}, generationConfig, onnxFiles] = await Promise.all([
    readJsonObject(join(tokenizerDirectory, 'tokenizer_config.json')),
    readJsonObject(generationFile),
    findOnnxFiles(directory),
  ]);
  if (generationConfigDirectory !== undefined && !generationConfig) {
    throw new ConfigurationError(`${generationConfigDirectory} has no generation_config.json`);
  }
  const textConfig = textConfigOf(config);
  return {
    name: nameOrPath,
    directory,
    config,
    vocabularySize: mustVocabularySize(textConfig, directory),
    hiddenSize: hiddenSizeOf(textConfig),
    mixtureOfExperts: hasExperts(textConfig),
    maxPositionEmbeddings: deriveContextLength(textConfig).length,
    tokenizerConfig,
    tokenizerFile,
    generation: toGenerationDefaults(generationConfig, textConfig, generationFile),
    chatTemplate: await readChatTemplate(tokenizerDirectory, tokenizerConfig),
    onnxFiles,
  };
}

/** Objects are merged member by member, so that `{"text_config": {"rope_theta": 1}}` leaves the rest of that object. */
function withOverrides(config: JsonObject, overrides: JsonObject): JsonObject {
  const entries = Object.entries(overrides).map(([key, value]) => {
    const before = Object.hasOwn(config, key) ? config[key] : undefined;
    return [key, isJsonObject(value) && isJsonObject(before) ? withOverrides(before, value) : value] as const;
  });
  return { ...config, ...Object.fromEntries(entries) };
}

function mustVocabularySize(config: Readonly<Record<string, unknown>>, directory: string): number {
  const size = config.vocab_size;
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 1) {
    throw new ConfigurationError(`${join(directory, 'config.json')}: "vocab_size" must be a positive integer`);
  }
  return size;
}

/** Keys of config.json that count experts: Jamba and Qwen, DBRX, DeepSeek, Mixtral. */
const expertCountKeys = ['num_experts', 'moe_num_experts', 'n_routed_experts', 'num_local_experts'] as const;

/** As vLLM decides it: by the first of the keys that is there, a number or a list of them, else by the layers that have blocks of their own. */
function hasExperts(config: Readonly<Record<string, unknown>>): boolean {
  const given = expertCountKeys.map((key) => config[key]).find((count) => count !== undefined && count !== null);
  const blocks: readonly unknown[] = Array.isArray(config.block_configs) ? config.block_configs : [];
  return isPositive(Array.isArray(given) ? given[0] : given) || blocks.some(isExpertBlock);
}

function isExpertBlock(block: unknown): boolean {
  const { block_type: type, n_routed_experts: count } = (block ?? {}) as Readonly<Record<string, unknown>>;
  return type === 'moe' && isPositive(count);
}

function isPositive(count: unknown): boolean {
  return typeof count === 'number' && count > 0;
}

/** Keys of config.json that say how wide a token embedding is; where several do, the first one is right (OPT projects embeddings to `hidden_size`). */
const hiddenSizeKeys = ['word_embed_proj_dim', 'hidden_size', 'n_embd', 'd_model'] as const;

function hiddenSizeOf(config: Readonly<Record<string, unknown>>): number | undefined {
  return hiddenSizeKeys
    .map((key) => config[key])
    .find((size): size is number => typeof size === 'number' && Number.isSafeInteger(size) && size > 0);
}
