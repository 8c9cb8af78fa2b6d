import { NAME_AND_ARGUMENTS } from '../../reading/json/call-object.reader.js';
import { jsonCalls } from '../../reading/json/json-call.parser.js';
import { MarkerSplitter } from '../../reading/marker-splitter.js';
import type { Ending, ToolEvent, ToolParser, ToolParserDefinition } from '../tool-parser.js';

const CALL = '<|function_call|>';
const ROLE_END = '<|role_sep|>';
const MESSAGE_END = '<|message_sep|>';
const OUTPUT_END = '</s>';

const createCallParser = jsonCalls({
  blocks: [{ open: CALL }, { open: `function call${ROLE_END}\n` }],
  body: 'object',
  call: { ...NAME_AND_ARGUMENTS, objectArguments: true },
});
const endings = new MarkerSplitter([MESSAGE_END, OUTPUT_END]);

/** Calls in an answer of which only the first message is said, without the token that ends the output. */
class GigaChat3Parser implements ToolParser {
  private readonly calls = createCallParser();
  private buffer = '';
  /** The end of the output, if nothing but white space follows it. */
  private outputEnd = '';
  private messageHasEnded = false;

  push(delta: string): ToolEvent[] {
    return this.calls.push(delta).flatMap((event) => this.read(event));
  }

  finish(ending: Ending): ToolEvent[] {
    return [...this.calls.finish(ending).flatMap((event) => this.read(event)), ...this.readText(true)];
  }

  private read(event: ToolEvent): ToolEvent[] {
    if (event.type !== 'text-delta') return [...this.readText(true), event];
    this.buffer += event.text;
    return this.readText(false);
  }

  /** `last`: what is held back can be no marker any more. */
  private readText(last: boolean): ToolEvent[] {
    let said = '';
    for (let found = true; found;) {
      const { before, marker, rest } = endings.split(this.buffer, last);
      said += this.say(before);
      if (marker === OUTPUT_END) said += this.say(marker);
      else if (marker === MESSAGE_END) this.messageHasEnded = true;
      this.buffer = rest;
      found = marker !== undefined;
    }
    return said === '' ? [] : [{ type: 'text-delta', text: said }];
  }

  private say(text: string): string {
    if (this.messageHasEnded) return '';
    const isEnd = text === OUTPUT_END;
    const mayBeLast = isEnd || (this.outputEnd !== '' && text.trim() === '');
    const said = isEnd ? this.outputEnd : mayBeLast ? '' : this.outputEnd + text;
    this.outputEnd = isEnd ? text : mayBeLast ? this.outputEnd + text : '';
    return said;
  }
}

/** Sber GigaChat 3: one call object behind `<|function_call|>` or the header of a message (chat-inputs-and-parsers.md §4.2). */
export const gigachat3: ToolParserDefinition = {
  name: 'gigachat3',
  models: [/gigachat-?3/i],
  specialTokens: 'kept-with-tools',
  markers: () => [CALL, ROLE_END, MESSAGE_END, OUTPUT_END],
  requiredTokens: () => [],
  readsWithoutTools: false,
  forcedCalls: 'json',
  create: () => new GigaChat3Parser(),
};
