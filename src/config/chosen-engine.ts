import type { ServerConfig } from './server-config.js';

/** `auto` is our own engine, unless the engines are said to be others. */
export function chosenEngine({ engine }: Pick<ServerConfig, 'engine'>): 'onnx' | 'vllm' {
  if (engine.engine !== 'auto') return engine.engine;
  return engine.dataParallelSizeLocal === 0 || engine.engineCommand !== undefined ? 'vllm' : 'onnx';
}
