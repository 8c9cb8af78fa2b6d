import type { Ending } from '../../tool/tool-parser.js';
import type { CallWriter } from '../call-writer.js';
import type { CallMessage } from '../channel-call.parser.js';
import type { CallReader } from './call.reader.js';

/** A message whose text is the JSON of its calls. What says none is text, its marker too. */
export class JsonCallMessage implements CallMessage {
  /** `written`: how the message began. */
  constructor(
    private readonly written: string,
    private readonly reader: CallReader,
    private readonly writer: CallWriter,
  ) {}

  read(text: string): void {
    const wasReading = this.isReading;
    const rest = text.slice(this.reader.read(text));
    if (!this.isReading) this.writer.text((wasReading ? this.unread() : '') + rest);
  }

  end(): void {
    if (this.isReading) this.writer.text(this.unread());
    this.writer.end();
  }

  finish({ cutOff }: Ending): void {
    if (this.isReading && !cutOff) this.writer.text(this.unread());
  }

  private get isReading(): boolean {
    return this.reader.state === 'reading';
  }

  /** What was read and says no call. */
  private unread(): string {
    const { started, pending } = this.reader;
    return (started ? '' : this.written) + pending;
  }
}
