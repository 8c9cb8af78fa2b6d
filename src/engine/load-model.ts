import { chooseEncoder, createEncoder } from '@app/chat-template';
import { ConfigurationError } from '@app/errors';
import { describeModel } from '@app/model-repository';
import type { ModelDescription } from '@app/model-repository';
import { loadTokenizer, NoTokenizer } from '@app/tokenization';
import type { Tokenizer } from '@app/tokenization';
import { chosenEngine } from '@server/config/index';
import type { ServerConfig } from '@server/config/index';
import { LoadedModel } from './loaded-model.js';

/** Reads what the front end needs of the model: descriptions and tokenizer, no weights. Throws as `readDescription` does. */
export async function loadModel(
  config: Pick<ServerConfig, 'model' | 'engine' | 'routes' | 'chat'>,
): Promise<LoadedModel> {
  const { model, routes, chat } = config;
  const description = await readDescription(config);
  const { enablePromptEmbeds: promptEmbeds } = model;
  if (model.skipTokenizerInit || routes.tokensOnly) return new LoadedModel(description, new NoTokenizer());
  const encoder = chooseEncoder(description, {
    tokenizerMode: chat.tokenizerMode,
    harmony: { startDate: chat.systemStartDate, instructionsInSystem: chat.harmonySystemInstructions },
  });
  const tokens = encoder === undefined ? [] : createEncoder(encoder).tokens;
  const tokenizer = await loadTokenizer(description, { promptEmbeds, encodesPieces: tokens.length > 0 });
  checkTokens(tokens, tokenizer, description.name);
  return new LoadedModel(description, tokenizer, encoder);
}

/** What the model's files say of it. Throws `ConfigurationError`, also when the model or its engine cannot do what the operator asks for. */
export async function readDescription({
  model,
  engine,
}: Pick<ServerConfig, 'model' | 'engine'>): Promise<ModelDescription> {
  const folder = ['auto', 'vllm'].includes(model.generationConfig) ? undefined : model.generationConfig;
  const description = await describeModel(model.model, {
    generationConfigDirectory: folder,
    tokenizerDirectory: model.tokenizer,
    configDirectory: model.hfConfigPath,
    configOverrides: model.hfOverrides,
  });
  const onnx = chosenEngine({ engine }) === 'onnx';
  if (onnx && description.onnxFiles.length === 0) {
    throw new ConfigurationError(`${description.directory} has no ONNX file for the onnx engine`);
  }
  if (onnx && model.enablePromptEmbeds) {
    throw new ConfigurationError('--enable-prompt-embeds needs --engine vllm: the onnx engine takes token ids only');
  }
  if (model.enablePromptEmbeds && description.hiddenSize === undefined) {
    throw new ConfigurationError(`--enable-prompt-embeds: ${description.directory}/config.json has no "hidden_size"`);
  }
  return description;
}

/** Those of the model's own prompt format. */
function checkTokens(tokens: readonly string[], tokenizer: Tokenizer, model: string): void {
  const missing = tokens.find((token) => tokenizer.tokenId(token) === undefined);
  if (missing !== undefined) {
    throw new ConfigurationError(`the tokenizer of '${model}' has no token ${missing}, which its prompts are made of`);
  }
}
