import { WireCodec, withStableOutput } from '@app/engine-protocol';
import type { EngineOutputs } from '@app/engine-protocol';
import type { Logger } from '@app/logging';
import type { EngineSet } from '../engine-set.js';
import { DroppedMessages } from '../transport/dropped-messages.js';

export interface OutputDecoderOptions {
  readonly engines: EngineSet;
  /** Outputs of these requests came in another layout than their engine was taken for: what it says must not be guessed at. */
  readonly onMismatch: (mismatch: Mismatch) => void;
  readonly logger: Logger;
}

export interface Mismatch {
  readonly engine: number;
  readonly difference: string;
  readonly requestIds: readonly string[];
}

/** Decodes messages of the output socket; what is none is dropped and counted: anyone who can connect can send. */
export class OutputDecoder {
  private readonly dropped: DroppedMessages;
  /** Engines whose first outputs had the form of their layout. */
  private readonly verified = new Set<number>();

  constructor(private readonly options: OutputDecoderOptions) {
    this.dropped = new DroppedMessages(options.logger, 'the output socket');
  }

  get droppedMessages(): number {
    return this.dropped.count;
  }

  /** Engines from this one on have left: whoever comes in their place may speak otherwise. */
  forget(firstEngine: number): void {
    [...this.verified].filter((engine) => engine >= firstEngine).forEach((engine) => this.verified.delete(engine));
  }

  decode(frames: readonly Buffer[]): EngineOutputs | undefined {
    try {
      const engine = this.options.engines.senderOf(frames);
      const codec = this.options.engines.codecOfSender(frames);
      const difference = this.verified.has(engine) ? undefined : codec.outputsMismatch(frames);
      if (difference !== undefined) {
        const { outputs } = new WireCodec(withStableOutput(codec.layout)).decodeOutputs(frames);
        const requestIds = outputs.map(({ requestId }) => requestId);
        this.dropped.add(difference);
        this.options.onMismatch({ engine, difference, requestIds });
        return undefined;
      }
      const message = codec.decodeOutputs(frames);
      if (message.outputs.length > 0) this.verified.add(engine);
      return message;
    } catch (error) {
      this.dropped.add(error);
      return undefined;
    }
  }
}
