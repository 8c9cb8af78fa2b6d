import { WireCodec, withStableOutput } from '@app/engine-protocol';
import type { EngineOutputs } from '@app/engine-protocol';
import type { Logger } from '@app/logging';
import { DroppedMessages } from '../transport/dropped-messages.js';
import type { EngineCodecs } from './engine-codecs.js';

export interface OutputDecoderOptions {
  readonly codecs: EngineCodecs;
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

  decode(frames: readonly Buffer[]): EngineOutputs | undefined {
    try {
      const engine = this.options.codecs.senderOf(frames);
      const codec = this.options.codecs.ofSender(frames);
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
