import type { EngineOutputs, WireCodec } from '@app/engine-protocol';
import type { Logger } from '@app/logging';

/** Decodes messages of the output socket; what is none is dropped and counted: anyone who can connect can send. */
export class OutputDecoder {
  private dropped = 0;

  constructor(
    private readonly codec: WireCodec,
    private readonly logger: Logger,
  ) {}

  get droppedMessages(): number {
    return this.dropped;
  }

  decode(frames: readonly Buffer[]): EngineOutputs | undefined {
    try {
      return this.codec.decodeOutputs(frames);
    } catch (error) {
      this.drop(error);
      return undefined;
    }
  }

  /** Logs powers of two only: whoever floods the socket does not flood the log. */
  private drop(error: unknown): void {
    this.dropped++;
    if (Number.isInteger(Math.log2(this.dropped))) {
      this.logger.warn({ reason: String(error), dropped: this.dropped }, 'message on the output socket was dropped');
    }
  }
}
