import type { CallConstraint } from '../tool-parser.js';
import { argumentsFormat, onlySection, sectionsInText } from '../structural-tag/calls.js';
import { tag } from '../structural-tag/format.js';
import type { Format } from '../structural-tag/format.js';

/** How a release of DeepSeek spells its tags: what a block is called, and what stands in front of every word. */
export interface DsmlSpelling {
  readonly block: string;
  readonly space: '' | ' ';
}

/** A block of invokes (chat-inputs-and-parsers.md §3.1). */
export function dsmlStructuralTag({ block, space }: DsmlSpelling) {
  const open = (word: string) => `<｜DSML｜${space}${word}`;
  const close = (word: string) => `</｜DSML｜${space}${word}>`;
  const style = space === '' ? 'deepseek_xml' : 'deepseek_v4_1_xml';
  return ({ tools, demand }: CallConstraint): Format => {
    const trigger = `${open(block)}>`;
    const section = {
      trigger,
      begin: `${trigger}\n`,
      end: close(block),
      tags: tools.map((tool) =>
        tag(`${open('invoke')} name="${tool.name}">\n`, argumentsFormat(tool, style), `${close('invoke')}\n`),
      ),
    };
    return demand === 'auto' ? sectionsInText(section) : onlySection(demand, { ...section, lead: '\n\n' });
  };
}
