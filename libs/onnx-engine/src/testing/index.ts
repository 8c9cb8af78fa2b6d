export { toRequest, toSampling } from './engine-request-builder.js';
export { FakeGrammars, tokensOnly } from './fake-grammars.js';
export { OutputLog, type Answer } from './output-log.js';
export type { ToyRun } from './toy-decoder.js';
export { createToyEngine, toCoreInfo, toyAnswer, type ToyEngine } from './toy-engine.js';
