export { loadTokenizer, PROMPT_EMBEDS_TOKEN, type LoadTokenizerOptions } from './load-tokenizer.js';
export { StopStrings, type StopStringsOptions } from './stop-strings.js';
export type * from './tokenizer.js';
