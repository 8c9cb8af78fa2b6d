import { chosenEngine } from './chosen-engine.js';
import type { ServerConfig } from './server-config.js';

export interface ForEngines {
  /** Names of arguments of `vllm serve` that only its engines act on. */
  readonly arguments: readonly string[];
  /** Variables of such engines that are set. */
  readonly variables: readonly string[];
}

/** What becomes of the settings of vLLM's engines that this server was given, in one line for the arguments and one for the variables. */
export function toEngineWarnings({ arguments: names, variables }: ForEngines, config: ServerConfig): string[] {
  const isOnnx = chosenEngine(config) === 'onnx';
  const consequence = isOnnx
    ? 'without effect on the onnx engine'
    : config.engine.engineCommand === undefined
      ? 'for the engines: give them to the command that starts them'
      : 'for the engines: give them to --engine-command';
  return [
    ...(names.length === 0 ? [] : [`${consequence}: ${names.join(', ')}`]),
    ...(variables.length === 0 || !isOnnx ? [] : [`${consequence}: ${variables.join(', ')}`]),
  ];
}
