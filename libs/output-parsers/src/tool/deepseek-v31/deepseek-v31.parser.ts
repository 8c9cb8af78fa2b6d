import { headedCalls } from '../../reading/headed-call.parser.js';
import type { HeadedCallFormat } from '../../reading/headed-call.parser.js';
import type { ToolParserDefinition } from '../tool-parser.js';
import { deepSeekV31StructuralTag } from './deepseek-v31.structural-tag.js';

export const SECTION = { open: '<｜tool▁calls▁begin｜>', close: '<｜tool▁calls▁end｜>' };
export const CALL_BEGIN = '<｜tool▁call▁begin｜>';
export const CALL_END = '<｜tool▁call▁end｜>';
export const SEPARATOR = '<｜tool▁sep｜>';

const format: HeadedCallFormat = {
  section: SECTION,
  open: CALL_BEGIN,
  headerEnd: SEPARATOR,
  close: [CALL_END],
  readHeader: (name) => (name === '' ? undefined : { name }),
  nameless: 'text',
  textBehindSection: 'kept',
};

/** DeepSeek V3.1 (chat-inputs-and-parsers.md §4.2). */
export const deepseekV31: ToolParserDefinition = {
  name: 'deepseek_v31',
  models: [/deepseek-v3\.1/i],
  specialTokens: 'as-requested',
  markers: () => [SECTION.open, SECTION.close, CALL_BEGIN, CALL_END, SEPARATOR],
  requiredTokens: () => [SECTION.open, SECTION.close],
  readsWithoutTools: false,
  forcedCalls: 'json',
  create: headedCalls(format),
  structuralTag: deepSeekV31StructuralTag,
};
