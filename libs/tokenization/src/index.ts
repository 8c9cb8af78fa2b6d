export { loadTokenizer, PROMPT_EMBEDS_TOKEN, type LoadTokenizerOptions } from './load-tokenizer.js';
export { NoTokenizer } from './no-tokenizer.js';
export { StopStrings, type StopStringsOptions } from './stop-strings.js';
export { loadTokenBytes, type TokenBytes } from './token-bytes.js';
export { textOf } from './text-of.js';
export type * from './tokenizer.js';
