import { chosenEngine } from './chosen-engine.js';
import { dataParallelProblems, elasticProblems } from './data-parallel.rules.js';
import type { EngineConfig } from './engine.config.js';
import type { ServerConfig } from './server-config.js';

/** What contradicts itself about what runs the model, and with how many API servers in front of it. */
export function engineProblems(engine: EngineConfig, apiServerCount: number): string[] {
  const problems = [...dataParallelProblems(engine), ...elasticProblems(engine, apiServerCount)];
  if (engine.headless && apiServerCount > 1) {
    problems.push(
      `--api-server-count=${apiServerCount} cannot be used with --headless (no API servers are started in headless mode).`,
    );
  }
  if (engine.headless && (engine.engine === 'vllm' || engine.engineCommand !== undefined)) {
    problems.push('--headless starts our own engines; vLLM has a --headless of its own');
  }
  problems.push(...structuredOutputsProblems(engine));
  if (engine.engineCommand !== undefined && engine.engine === 'onnx') {
    problems.push('--engine-command is for --engine vllm');
  }
  if (engine.engineCommand !== undefined && engine.dataParallelSizeLocal === 0) {
    problems.push('--engine-command starts engines on this host: --data-parallel-size-local must not be 0');
  }
  if (engine.engine === 'onnx' && engine.dataParallelSizeLocal === 0) {
    problems.push('--engine onnx runs its engine on this host: --data-parallel-size-local must not be 0');
  }
  return problems;
}

/** In vLLM's words: its backends differ in what they can be told. */
function structuredOutputsProblems(engine: EngineConfig): string[] {
  const { structuredOutputsBackend: backend, structuredOutputsCompact, structuredOutputsClosed } = engine;
  return [
    ...(structuredOutputsCompact && backend !== 'xgrammar' && backend !== 'guidance'
      ? ['disable_any_whitespace is only supported for xgrammar and guidance backends.']
      : []),
    ...(structuredOutputsClosed && backend !== 'guidance'
      ? ['disable_additional_properties is only supported for the guidance backend.']
      : []),
  ];
}

/** Our own engine reads config.json of the model as it is: a front end that saw another one would count on what is not there. */
export function modelFileProblems({ engine, model }: Pick<ServerConfig, 'engine' | 'model'>): string[] {
  if (chosenEngine({ engine }) !== 'onnx') return [];
  const given: readonly (readonly [flag: string, isGiven: boolean])[] = [
    ['--hf-config-path', model.hfConfigPath !== undefined],
    ['--hf-overrides', Object.keys(model.hfOverrides).length > 0],
  ];
  return given
    .filter(([, isGiven]) => isGiven)
    .map(([flag]) => `${flag} is for --engine vllm: the onnx engine reads config.json of the model as it is`);
}
