import { qwen3CoderFormat, toQwen3CoderDefinition } from '../qwen3-coder/qwen3-coder.parser.js';

/** ByteDance's Seed-OSS: Qwen 3 Coder's format in an outer tag of its own (chat-inputs-and-parsers.md §4.1). */
export const seedOss = toQwen3CoderDefinition('seed_oss', [/seed-oss/i], {
  ...qwen3CoderFormat,
  group: { open: '<seed:tool_call>', close: '</seed:tool_call>', required: false },
});
