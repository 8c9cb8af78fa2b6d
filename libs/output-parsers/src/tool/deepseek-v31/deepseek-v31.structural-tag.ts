import type { CallConstraint } from '../tool-parser.js';
import { argumentsFormat, sectionsInText } from '../structural-tag/calls.js';
import { tag, tagList } from '../structural-tag/format.js';
import type { Format } from '../structural-tag/format.js';

const BEGIN = '<｜tool▁calls▁begin｜>';
const END = '<｜tool▁calls▁end｜>';

/** How one call is written between `<｜tool▁call▁begin｜>` and `<｜tool▁call▁end｜>`. */
export interface DeepSeekCall {
  readonly header: (name: string) => string;
  readonly trailer: string;
  /** Between two calls. */
  readonly separator: string;
}

/** A section of calls (chat-inputs-and-parsers.md §3.1). */
export function deepSeekStructuralTag({ header, trailer, separator }: DeepSeekCall) {
  return ({ tools, demand }: CallConstraint): Format => {
    const tags = tools.map((tool) =>
      tag(`<｜tool▁call▁begin｜>${header(tool.name)}`, argumentsFormat(tool), `${trailer}<｜tool▁call▁end｜>`),
    );
    if (demand === 'auto') return sectionsInText({ begin: BEGIN, end: END, tags, separator });
    if (demand === 'required') return tag(BEGIN, tagList(tags, { separator }), END);
    const [{ begin, content, end }] = tags;
    return tag(`${BEGIN}${begin}`, content, `${String(end)}${END}`);
  };
}

/** Arguments stand bare. */
export const deepSeekV31StructuralTag = deepSeekStructuralTag({
  header: (name) => `${name}<｜tool▁sep｜>`,
  trailer: '',
  separator: '',
});
