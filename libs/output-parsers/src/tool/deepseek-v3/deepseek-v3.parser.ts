import { headedCalls } from '../../reading/headed-call.parser.js';
import type { HeadedCallFormat } from '../../reading/headed-call.parser.js';
import { CALL_BEGIN, CALL_END, deepseekV31, SECTION, SEPARATOR } from '../deepseek-v31/deepseek-v31.parser.js';
import type { ToolParserDefinition } from '../tool-parser.js';
import { deepSeekV3StructuralTag } from './deepseek-v3.structural-tag.js';

const PREFIX = `function${SEPARATOR}`;

const format: HeadedCallFormat = {
  section: SECTION,
  open: CALL_BEGIN,
  headerEnd: '\n```json\n',
  close: ['\n```', '```', ''].flatMap((fence) => [fence + CALL_END, fence + SECTION.close]),
  readHeader: (header) =>
    header.startsWith(PREFIX) && header !== PREFIX ? { name: header.slice(PREFIX.length) } : undefined,
  nameless: 'text',
  textBehindSection: 'kept',
};

/** DeepSeek V3 and R1: calls say their type, and their arguments stand in a fence (chat-inputs-and-parsers.md §4.2). */
export const deepseekV3: ToolParserDefinition = {
  ...deepseekV31,
  name: 'deepseek_v3',
  models: [/deepseek-v3(?![.\d])/i, /deepseek-r1(?!-distill)/i],
  create: headedCalls(format),
  structuralTag: deepSeekV3StructuralTag,
};
