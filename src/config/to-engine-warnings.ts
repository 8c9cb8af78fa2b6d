import { chosenEngine } from './chosen-engine.js';
import type { ServerConfig } from './server-config.js';

/** Settings of vLLM's engines that this server was given, by name. */
export interface ForEngines {
  /** Arguments that only the engines act on. */
  readonly arguments: readonly string[];
  /** Options of ours that say something of them. */
  readonly options: readonly string[];
  readonly variables: readonly string[];
}

/** What becomes of them, in one line. */
export function toEngineWarnings(given: ForEngines, config: ServerConfig): string[] {
  const withoutEffect = [...given.options, ...given.arguments, ...given.variables];
  if (chosenEngine(config) === 'onnx') return toLine('without effect on the onnx engine', withoutEffect);
  const command = config.engine.engineCommand === undefined ? 'the command that starts them' : '--engine-command';
  return toLine(`for the engines: give them to ${command}`, given.arguments);
}

function toLine(consequence: string, names: readonly string[]): string[] {
  return names.length === 0 ? [] : [`${consequence}: ${names.join(', ')}`];
}
