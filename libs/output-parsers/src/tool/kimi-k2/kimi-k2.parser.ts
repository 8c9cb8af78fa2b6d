import type { CallHeader } from '../../reading/call-writer.js';
import { headedCalls } from '../../reading/headed-call.parser.js';
import type { HeadedCallFormat } from '../../reading/headed-call.parser.js';
import type { ToolParserDefinition } from '../tool-parser.js';
import { kimiK2StructuralTag } from './kimi-k2.structural-tag.js';

const PREFIX = 'functions.';

const format: HeadedCallFormat = {
  section: { open: '<|tool_calls_section_begin|>', close: '<|tool_calls_section_end|>' },
  open: '<|tool_call_begin|>',
  headerEnd: '<|tool_call_argument_begin|>',
  close: ['<|tool_call_end|>'],
  readHeader,
  nameless: 'dropped',
  textBehindSection: 'dropped',
};

/** `functions.NAME:INDEX`; all of it is the call's id. */
function readHeader(header: string): CallHeader | undefined {
  const [id] = /^.+:\d+/.exec(header.trim()) ?? [''];
  const [address] = id.split(':', 1);
  const name = address.startsWith(PREFIX) ? address.slice(PREFIX.length) : address;
  return name === '' ? undefined : { name, id };
}

/** Kimi K2 (chat-inputs-and-parsers.md §4.1). */
export const kimiK2: ToolParserDefinition = {
  name: 'kimi_k2',
  models: [/kimi-k2/i],
  specialTokens: 'kept-with-tools',
  markers: () => [format.section.open, format.section.close, format.open, format.headerEnd, ...format.close],
  requiredTokens: () => [],
  readsWithoutTools: true,
  forcedCalls: 'json',
  create: headedCalls(format),
  structuralTag: kimiK2StructuralTag,
};
