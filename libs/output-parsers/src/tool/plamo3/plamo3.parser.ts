import type { CallHeader } from '../../reading/call-writer.js';
import { headedCalls } from '../../reading/headed-call.parser.js';
import type { HeadedCallFormat } from '../../reading/headed-call.parser.js';
import { ThinkBlockParser } from '../../reasoning/think-block/think-block.parser.js';
import type { ReasoningEvent } from '../../reasoning/reasoning-parser.js';
import type { Ending, ToolEvent, ToolParser, ToolParserDefinition } from '../tool-parser.js';
import { PLAMO, PLAMO_MARKER_START, PLAMO_TOKENS } from './plamo3.markers.js';
import { plamo3StructuralTag } from './plamo3.structural-tag.js';

const format: HeadedCallFormat = {
  section: { open: PLAMO.requestsBegin, close: PLAMO.requestsEnd },
  open: PLAMO.nameBegin,
  headerEnd: PLAMO.message,
  close: [PLAMO.argumentsEnd],
  layout: [PLAMO.requestBegin, PLAMO.requestEnd],
  endOfTurn: PLAMO.endOfTurn,
  readHeader,
  nameless: 'dropped',
  textBehindSection: 'kept',
  cutMarker: PLAMO_MARKER_START,
};

const createReader = headedCalls(format);

/** `NAME`, its end marker, and the markers that open arguments. */
function readHeader(header: string): CallHeader | undefined {
  const end = header.indexOf(PLAMO.nameEnd);
  const name = header.slice(0, end).trim();
  return end === -1 || name === '' ? undefined : { name };
}

/** Drops a thought with which the answer begins: without the reasoning parser of the family it is still no answer. */
class Plamo3Parser implements ToolParser {
  private readonly thought = new ThinkBlockParser(
    {
      starts: [PLAMO.thinkBegin],
      ends: [PLAMO.thinkEnd],
      interruptions: [PLAMO.requestsBegin],
      repeatedStart: 'dropped',
    },
    'undecided',
  );
  private readonly calls = createReader();

  push(delta: string): ToolEvent[] {
    return this.readCalls(this.thought.push(delta));
  }

  finish(ending: Ending): ToolEvent[] {
    return [...this.readCalls(this.thought.finish()), ...this.calls.finish(ending)];
  }

  private readCalls(events: readonly ReasoningEvent[]): ToolEvent[] {
    return events.flatMap(({ type, text }) => (type === 'content-delta' ? this.calls.push(text) : []));
  }
}

/** PLaMo 3 (chat-inputs-and-parsers.md §4.1). */
export const plamo3: ToolParserDefinition = {
  name: 'plamo3',
  models: [/plamo-?3/i],
  specialTokens: 'kept',
  markers: () => PLAMO_TOKENS,
  requiredTokens: () => [],
  readsWithoutTools: true,
  forcedCalls: 'own-format',
  create: () => new Plamo3Parser(),
  structuralTag: plamo3StructuralTag,
};
