import { deepSeekStructuralTag } from '../deepseek-v3/deepseek-v3.structural-tag.js';

/** DeepSeek V3's section, arguments bare (chat-inputs-and-parsers.md §3.1). */
export const deepSeekV31StructuralTag = deepSeekStructuralTag({
  header: (name) => `${name}<｜tool▁sep｜>`,
  trailer: '',
  separator: '',
});
