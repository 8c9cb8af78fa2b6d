export { CollectingSink } from './collecting-sink.js';
export {
  ScriptedEngine,
  type ScriptedEngineOptions,
  type ScriptedLogprobs,
  type ScriptedStep,
} from './scripted-engine.js';
export {
  stepPerToken,
  textRequest,
  tinyText,
  tinyTokenizer,
  type TextRequestPatch,
  type TinyText,
  type TinyTextOptions,
} from './tiny-text.js';
