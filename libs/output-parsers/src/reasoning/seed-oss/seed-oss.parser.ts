import { thinkBlock } from '../think-block/think-block.js';

/** ByteDance's Seed-OSS (chat-inputs-and-parsers.md §5). */
export const seedOss = thinkBlock({
  name: 'seed_oss',
  models: [/seed-oss/i],
  reader: 'engine',
  start: '<seed:think>',
  end: '</seed:think>',
  toolCalls: ['<seed:tool_call>'],
  turns: ['<seed:bos>', '<seed:eos>'],
  keepsThoughtEnd: true,
});
