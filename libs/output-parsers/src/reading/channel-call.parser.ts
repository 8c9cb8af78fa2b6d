import type { Ending, ToolEvent, ToolParser } from '../tool/tool-parser.js';
import { CallWriter } from './call-writer.js';
import type { ChannelEvent, ChannelReader, MessageStart } from './channel.reader.js';
import type { MessageRole } from './message-role.js';
import type { TextFilter } from './text-filter.js';

/** Reads the text of a message that calls tools. */
export interface CallMessage {
  read(text: string): void;
  end(): void;
  /** The answer ends within the message. */
  finish(ending: Ending): void;
}

export interface ChannelCallFormat {
  toRole(message: MessageStart): MessageRole;
  beginCall(message: MessageStart, writer: CallWriter): CallMessage;
  /** Thoughts that reach the parser: a thought again, or nothing. */
  readonly thoughts: 'told' | 'dropped';
  /** Cleans the text of messages, each by itself. */
  readonly filter: TextFilter;
}

/** Reads calls that are messages of their own, among others that are text. */
export class ChannelCallParser implements ToolParser {
  private role: MessageRole = 'content';
  private call: CallMessage | undefined;
  private readonly writer = new CallWriter();

  constructor(
    private readonly channels: ChannelReader,
    private readonly format: ChannelCallFormat,
  ) {}

  push(delta: string): ToolEvent[] {
    this.readAll(this.channels.push(delta));
    return this.writer.take();
  }

  finish(ending: Ending): ToolEvent[] {
    this.readAll(this.channels.finish(ending));
    if (this.call) this.call.finish(ending);
    else this.endText();
    this.writer.finish(ending);
    return this.writer.take();
  }

  private readAll(events: readonly ChannelEvent[]): void {
    for (const event of events) {
      if (event.type === 'text') this.readText(event.text);
      else if (event.type === 'message-start') this.begin(event);
      else this.end();
    }
  }

  private begin(message: MessageStart): void {
    this.endText();
    this.role = this.format.toRole(message);
    if (this.role === 'call') this.call = this.format.beginCall(message, this.writer);
  }

  private readText(text: string): void {
    if (this.call) this.call.read(text);
    else this.write(this.format.filter.push(text));
  }

  private end(): void {
    if (this.call) this.call.end();
    else this.endText();
    this.call = undefined;
    this.role = 'content';
  }

  private endText(): void {
    this.write(this.format.filter.finish());
  }

  private write(text: string): void {
    if (this.role === 'content') this.writer.text(text);
    else if (this.role === 'thought' && this.format.thoughts === 'told') this.writer.thought(text);
  }
}
