import { tokenSuffix } from '../../reading/token-suffix.js';
import type { ParserModel } from '../../parser-model.js';
import type { ReasoningParserDefinition } from '../reasoning-parser.js';
import { thinkBlock } from '../think-block/think-block.js';

/** Hunyuan 3: thinks when an effort is asked for; its markers may have a suffix of the checkpoint (chat-inputs-and-parsers.md §5). */
export const hyV3 = suffixed('hy_v3', [/hy-?3|hy-?v3/i], 'no_think');

/** Hunyuan 4: thinks unless the effort is `no_think`. */
export const hyV4 = suffixed('hy_v4', [/hy-?4|hy-?v4/i], 'high');

function suffixed(name: string, models: readonly RegExp[], defaultEffort: string): ReasoningParserDefinition {
  const forModel = (model: ParserModel) =>
    thinkBlock({
      name,
      models,
      reader: 'base',
      start: `<think${tokenSuffix(model)}>`,
      end: `</think${tokenSuffix(model)}>`,
      thinks: ({ reasoning_effort: effort }) => (effort || defaultEffort) !== 'no_think',
    });
  return {
    name,
    models,
    specialTokens: 'as-requested',
    keepsEmptyDeltas: true,
    markers: (model) => forModel(model).markers(model),
    requiredTokens: (model) => forModel(model).requiredTokens(model),
    // The suffix is the checkpoint's: what the parser says of each step counts.
    startMarkers: [],
    endMarkers: [],
    startAfter: (prompt) => forModel(prompt.model).startAfter(prompt),
    create: (reading) => forModel(reading.model).create(reading),
  };
}
