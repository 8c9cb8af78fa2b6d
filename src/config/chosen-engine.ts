import type { ServerConfig } from './server-config.js';

/** `auto` is our own engine, unless the engines are said to be others. */
export function chosenEngine({ engine }: Pick<ServerConfig, 'engine'>): 'onnx' | 'vllm' {
  if (engine.engine !== 'auto') return engine.engine;
  return engine.dataParallelSizeLocal === 0 || engine.engineCommand !== undefined ? 'vllm' : 'onnx';
}

/** The operator says that the engines draft tokens. Ours never do. */
export function draftsTokens(engine: ServerConfig['engine']): boolean {
  const { speculativeConfig, specMethod, specModel } = engine;
  const isSaid = Object.keys(speculativeConfig).length > 0 || specMethod !== undefined || specModel !== undefined;
  return isSaid && chosenEngine({ engine }) === 'vllm';
}
