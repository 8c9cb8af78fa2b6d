import { deepSeekStructuralTag } from '../deepseek-v31/deepseek-v31.structural-tag.js';

/** DeepSeek V3.1's section, arguments in a fenced block (chat-inputs-and-parsers.md §3.1). */
export const deepSeekV3StructuralTag = deepSeekStructuralTag({
  header: (name) => `function<｜tool▁sep｜>${name}\n\`\`\`json\n`,
  trailer: '\n```',
  separator: '\n',
});
