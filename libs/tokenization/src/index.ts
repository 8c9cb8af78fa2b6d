export { loadTokenizer } from './load-tokenizer.js';
export { NoTokenizer } from './no-tokenizer.js';
export { StopStrings, type StopStringsOptions } from './stop-strings.js';
export type * from './tokenizer.js';
