import { AttributeCallParser } from '../../reading/attribute-call.parser.js';
import type { AttributeCallFormat } from '../../reading/attribute-call.parser.js';
import { AttributeMarkup } from '../../reading/attribute-markup.js';
import type { ToolParserDefinition } from '../tool-parser.js';
import { DsmlArguments } from './dsml-arguments.js';
import { dsmlStructuralTag } from './dsml.structural-tag.js';

const TOKEN = '｜DSML｜';

interface DsmlRelease {
  readonly name: string;
  readonly models: readonly RegExp[];
  /** What blocks are called, the usual word first. */
  readonly blocks: readonly string[];
  /** In front of the words of a tag. */
  readonly space: '' | ' ';
}

function define({ name, models, blocks, space }: DsmlRelease): ToolParserDefinition {
  const open = (word: string) => `<${TOKEN}${space}${word}`;
  const close = (word: string) => `</${TOKEN}${space}${word}>`;
  const format: AttributeCallFormat = {
    markup: new AttributeMarkup({
      blockOpen: blocks.map((block) => `${open(block)}>`),
      blockClose: blocks.map(close),
      bareCalls: true,
      emptyBlock: 'dropped',
      dropsTextBehindCalls: true,
      call: { open: `${open('invoke')} name =`, close: close('invoke') },
      parameter: { open: `${open('parameter')} name =`, close: close('parameter') },
      tagEnd: '>',
    }),
    nameless: 'text',
    notOffered: 'call',
    createArguments: (called, tools) => new DsmlArguments(called, tools),
  };
  return {
    name,
    models,
    specialTokens: 'kept',
    markers: () => [TOKEN],
    requiredTokens: () => [],
    readsWithoutTools: true,
    forcedCalls: 'json',
    create: ({ tools }) => new AttributeCallParser(format, tools),
    structuralTag: dsmlStructuralTag({ block: blocks[0], space }),
  };
}

/** DeepSeek's markup, which names its tags by a token of its own (chat-inputs-and-parsers.md §4.1). */
export const deepseekV32 = define({
  name: 'deepseek_v32',
  models: [/deepseek-v3\.2/i],
  blocks: ['function_calls'],
  space: '',
});

export const deepseekV41 = define({
  name: 'deepseek_v41',
  models: [/deepseek-v4\.1/i],
  blocks: ['calls'],
  space: ' ',
});

/** Models of this release spell the word for blocks in more than one way. */
export const deepseekV4 = define({
  name: 'deepseek_v4',
  models: [/deepseek-v4/i],
  blocks: ['tool_calls', 'toolcalls', 'tool'],
  space: '',
});
