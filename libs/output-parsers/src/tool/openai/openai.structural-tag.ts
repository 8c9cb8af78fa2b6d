import type { CallConstraint } from '../tool-parser.js';
import { argumentsFormat } from '../structural-tag/calls.js';
import { anyText, constString, optional, sequence, tag } from '../structural-tag/format.js';
import type { Format, Tag } from '../structural-tag/format.js';

const MESSAGE = '<|message|>';
/** How a message says that JSON follows. */
const JSON_MARKS = [' json', ' <|constrain|>json'];
const CALL_CHANNELS = ['commentary', 'analysis', 'final'].map((channel) => `<|channel|>${channel}`);
/** The second: before a stop token, which no grammar may name. */
const ENDS = ['<|end|>', ''];

/** Messages of gpt-oss's Harmony format (chat-inputs-and-parsers.md §3.1): a thought, a preamble, then a call or, of free choice, the final message. */
export function harmonyStructuralTag({ tools, demand }: CallConstraint): Format {
  const calls = tools.flatMap((tool): Tag[] => {
    const content = argumentsFormat(tool);
    const recipient = ` to=functions.${tool.name}`;
    const begins = [
      (channel: string, mark: string) => `${recipient}${channel}${mark}${MESSAGE}`,
      (channel: string, mark: string) => `${channel}${recipient}${mark}${MESSAGE}`,
    ];
    return begins.flatMap((begin) =>
      JSON_MARKS.flatMap((mark) => CALL_CHANNELS.map((channel) => tag(begin(channel, mark), content, ENDS))),
    );
  });
  const finals = demand === 'auto' ? [...JSON_MARKS, ''].map((mark) => finalMessage(mark, anyText())) : [];
  return sequence(before('analysis'), before('commentary'), { type: 'or', elements: [...calls, ...finals] });
}

/** The final message in a wanted format, a thought before it. */
export function harmonyOutput(format: Format): Format {
  const final: Format =
    format.type === 'json_schema'
      ? { type: 'or', elements: JSON_MARKS.map((mark) => finalMessage(mark, format)) }
      : finalMessage('', format);
  return sequence(before('analysis'), final);
}

function before(channel: string): Format {
  return optional(
    sequence(tag(`<|channel|>${channel}${MESSAGE}`, anyText(), '<|end|>'), constString('<|start|>assistant')),
  );
}

function finalMessage(mark: string, content: Format): Tag {
  return tag(`<|channel|>final${mark}${MESSAGE}`, content, ENDS);
}
