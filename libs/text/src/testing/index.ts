export { CollectingSink } from './collecting-sink.js';
export {
  ScriptedEngine,
  type ScriptedEngineOptions,
  type ScriptedLogprobs,
  type ScriptedStep,
} from './scripted-engine.js';
