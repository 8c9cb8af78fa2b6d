import { AttributeCallParser } from '../../reading/attribute-call.parser.js';
import type { AttributeCallFormat } from '../../reading/attribute-call.parser.js';
import { AttributeMarkup, nameAttribute } from '../../reading/attribute-markup.js';
import type { Attributes } from '../../reading/attribute-markup.js';
import { ChannelReader } from '../../reading/channel.reader.js';
import type { ChannelEvent } from '../../reading/channel.reader.js';
import type { MessageRole } from '../../reading/message-role.js';
import { ParameterArguments } from '../../reading/parameter-arguments.js';
import type { ValueTyping } from '../../reading/typed-arguments.writer.js';
import { jsonElseText, textByType } from '../../reading/value-typings.js';
import type { Ending, OfferedFunction, ToolEvent, ToolParser, ToolParserDefinition } from '../tool-parser.js';
import { museFraming, museGlimmerRecipients, museMarkers, museRecipients, toMuseRole } from './muse.channels.js';
import type { MuseRecipients } from './muse.channels.js';

const markup = new AttributeMarkup({
  blockOpen: ['<atem:function_calls>'],
  blockClose: ['</atem:function_calls>'],
  bareCalls: true,
  emptyBlock: 'text',
  call: { open: '<atem:invoke', close: '</atem:invoke>' },
  parameter: { open: '<atem:parameter', close: '</atem:parameter>' },
  tagEnd: '>',
});

function callFormat(typing: ValueTyping): AttributeCallFormat {
  return {
    markup,
    nameOf,
    nameless: 'text',
    notOffered: 'call',
    createArguments: (name, tools) => new ParameterArguments(name, tools, { typingOf: () => typing }),
  };
}

/** The prompt offers a function without a namespace as one in a namespace of its own name, and models call it so: `f.f` is `f`. */
function nameOf(attributes: Attributes, tools: readonly OfferedFunction[]): string | undefined {
  const name = nameAttribute(attributes) ?? '';
  const half = name.slice(name.indexOf('.') + 1);
  const doubled = name === `${half}.${half}` && !tools.some((tool) => tool.name === name);
  return (doubled && tools.some((tool) => tool.name === half) ? half : name) || undefined;
}

interface MuseDialect {
  readonly recipients: MuseRecipients;
  readonly calls: AttributeCallFormat;
}

/** Reads calls in the messages to tools, and in text that is in no message at all. What else is said to tools is said to nobody. */
class MuseToolParser implements ToolParser {
  private readonly channels = new ChannelReader(museFraming);
  private readonly calls: AttributeCallParser;
  /** Of the message that has begun; undefined: none has. */
  private role: MessageRole | undefined;

  constructor(
    private readonly dialect: MuseDialect,
    tools: readonly OfferedFunction[],
  ) {
    this.calls = new AttributeCallParser(dialect.calls, tools);
  }

  push(delta: string): ToolEvent[] {
    return this.channels.push(delta).flatMap((event) => this.toEvents(event));
  }

  finish(ending: Ending): ToolEvent[] {
    const events = this.channels.finish(ending).flatMap((event) => this.toEvents(event));
    return [...events, ...this.toHeard(this.calls.finish(ending))];
  }

  private toEvents(event: ChannelEvent): ToolEvent[] {
    switch (event.type) {
      case 'message-start': {
        const events = this.toHeard(this.calls.close());
        this.role = toMuseRole(event.header, this.dialect.recipients);
        return events;
      }
      case 'text':
        return this.toText(event.text);
      case 'message-end': {
        const events = this.toHeard(this.calls.close());
        this.role = undefined;
        return events;
      }
    }
  }

  private toText(text: string): ToolEvent[] {
    switch (this.role) {
      case 'thought':
        return [{ type: 'reasoning-delta', text }];
      case 'content':
        return [{ type: 'text-delta', text }];
      case 'dropped':
        return [];
      default:
        return this.toHeard(this.calls.push(text));
    }
  }

  private toHeard(events: readonly ToolEvent[]): ToolEvent[] {
    return events.filter(({ type }) => this.role === undefined || type !== 'text-delta');
  }
}

/** Meta's Muse (chat-inputs-and-parsers.md §4.2): what the schema calls a string is text, everything else JSON if it can be. */
export const muse = define('muse', [/\bmuse(?![-_ ]?(?:glimmer|spark))/i], {
  recipients: museRecipients,
  calls: callFormat(textByType),
});

export const museSpark1x: ToolParserDefinition = { ...muse, name: 'musespark1x', models: [/muse[-_ ]?spark/i] };

/** Muse Glimmer: every value is JSON if it can be. */
export const museGlimmer = define('muse_glimmer', [/muse[-_ ]?glimmer/i], {
  recipients: museGlimmerRecipients,
  calls: callFormat(jsonElseText),
});

function define(name: string, models: readonly RegExp[], dialect: MuseDialect): ToolParserDefinition {
  return {
    name,
    models,
    specialTokens: 'kept',
    markers: () => museMarkers,
    requiredTokens: () => [],
    readsWithoutTools: true,
    forcedCalls: 'own-format',
    create: ({ tools }) => new MuseToolParser(dialect, tools),
  };
}
