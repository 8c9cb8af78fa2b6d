import { ConfigurationError } from '@app/errors';
import { describeModel } from '@app/model-repository';
import { loadTokenizer, NoTokenizer } from '@app/tokenization';
import type { ServerConfig } from '@server/config/index';
import { chosenEngine } from './connect-engine.js';
import { LoadedModel } from './loaded-model.js';

/** Reads what the front end needs of the model: descriptions and tokenizer, no weights. Throws `ConfigurationError`. */
export async function loadModel({
  model,
  engine,
  routes,
}: Pick<ServerConfig, 'model' | 'engine' | 'routes'>): Promise<LoadedModel> {
  const folder = ['auto', 'vllm'].includes(model.generationConfig) ? undefined : model.generationConfig;
  const description = await describeModel(model.model, { generationConfigDirectory: folder });
  if (chosenEngine({ engine }) === 'onnx' && description.onnxFiles.length === 0) {
    throw new ConfigurationError(`${description.directory} has no ONNX file for the onnx engine`);
  }
  const skipsTokenizer = model.skipTokenizerInit || routes.tokensOnly;
  return new LoadedModel(description, skipsTokenizer ? new NoTokenizer() : await loadTokenizer(description));
}
