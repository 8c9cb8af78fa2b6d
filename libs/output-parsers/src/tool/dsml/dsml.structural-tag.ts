import type { CallConstraint } from '../tool-parser.js';
import { argumentsFormat, onlySection, sectionsInText } from '../structural-tag/calls.js';
import { tag } from '../structural-tag/format.js';
import type { ArgumentStyle, Format } from '../structural-tag/format.js';

/** How a release of DeepSeek spells its markup: the words behind `<｜DSML｜`, spaces included. */
export interface DsmlSpelling {
  readonly calls: string;
  readonly invoke: string;
  readonly style: ArgumentStyle;
}

/** A section of invokes (chat-inputs-and-parsers.md §3.1). */
export function dsmlStructuralTag({ calls, invoke, style }: DsmlSpelling) {
  return ({ tools, demand }: CallConstraint): Format => {
    const trigger = `<｜DSML｜${calls}>`;
    const section = {
      trigger,
      begin: `${trigger}\n`,
      end: `</｜DSML｜${calls}>`,
      tags: tools.map((tool) =>
        tag(`<｜DSML｜${invoke} name="${tool.name}">\n`, argumentsFormat(tool, style), `</｜DSML｜${invoke}>\n`),
      ),
    };
    return demand === 'auto' ? sectionsInText(section) : onlySection(demand, { ...section, lead: '\n\n' });
  };
}
