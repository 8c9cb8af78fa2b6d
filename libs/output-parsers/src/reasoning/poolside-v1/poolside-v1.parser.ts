import { whenSwitchedOn } from '../thinking-switch.js';
import { thinkBlock } from '../think-block/think-block.js';

/** Poolside's models: think on request; earlier turns say nothing of this one (chat-inputs-and-parsers.md §5). */
export const poolsideV1 = thinkBlock({
  name: 'poolside_v1',
  models: [/poolside|laguna/i],
  reader: 'base',
  thinks: whenSwitchedOn,
  turns: ['<assistant>'],
});
