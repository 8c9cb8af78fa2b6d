import { ConfigurationError } from '@app/errors';
import { describeModel } from '@app/model-repository';
import { loadTokenizer } from '@app/tokenization';
import type { ServerConfig } from '@server/config/index';
import { chosenEngine } from './connect-engine.js';
import { LoadedModel } from './loaded-model.js';

/**
 * Reads what the front end needs of the model: descriptions and tokenizer, no weights. Throws `ConfigurationError`, also when the model
 * or its engine cannot do what the operator asks for.
 */
export async function loadModel({ model, engine }: Pick<ServerConfig, 'model' | 'engine'>): Promise<LoadedModel> {
  const folder = ['auto', 'vllm'].includes(model.generationConfig) ? undefined : model.generationConfig;
  const description = await describeModel(model.model, { generationConfigDirectory: folder });
  const { enablePromptEmbeds: promptEmbeds } = model;
  const onnx = chosenEngine({ engine }) === 'onnx';
  if (onnx && description.onnxFiles.length === 0) {
    throw new ConfigurationError(`${description.directory} has no ONNX file for the onnx engine`);
  }
  if (onnx && promptEmbeds) {
    throw new ConfigurationError('--enable-prompt-embeds needs --engine vllm: the onnx engine takes token ids only');
  }
  if (promptEmbeds && description.hiddenSize === undefined) {
    throw new ConfigurationError(`--enable-prompt-embeds: ${description.directory}/config.json has no "hidden_size"`);
  }
  return new LoadedModel(description, await loadTokenizer(description, { promptEmbeds }));
}
