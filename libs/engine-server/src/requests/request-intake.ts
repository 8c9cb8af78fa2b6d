import {
  decodeAbort,
  decodeUtilityCall,
  MalformedMessageError,
  RequestType,
  type EngineCore,
  type EngineRequest,
  type EngineRequestFault,
  type FinishReason,
  type UtilityCall,
  type UtilityOutput,
  type WireCodec,
} from '@app/engine-protocol';
import type { Logger } from '@app/logging';
import type { WaveMember } from '../coordinator/wave-member.js';

export interface Refusal {
  readonly requestId: string;
  readonly finishReason: Extract<FinishReason, 'error' | 'abort'>;
  readonly error?: EngineRequestFault | undefined;
}

/** Where answers go that do not come out of the core's steps. */
export interface Answers {
  readonly clientCount: number;
  refuse(clientIndex: number, refusal: Refusal): void;
  reply(clientIndex: number, output: UtilityOutput): void;
  /** A request in flight was aborted; nothing else is said of it. */
  aborted(clientIndex: number, requestId: string): void;
}

interface IntakeParts {
  readonly logger: Logger;
  readonly waves?: WaveMember | undefined;
}

/**
 * Takes the messages of front ends apart and hands them to the core. Nothing a client sends gets out of it as an exception: what cannot be read
 * is answered when it has an id, and counted otherwise (better than vLLM, whose input thread ends: engine protocol §12.11).
 */
export class RequestIntake {
  /** Requests the core still owes a finish reason, with their client. */
  private readonly inFlight = new Map<string, number>();
  private malformed = 0;
  private closing = false;

  constructor(
    private readonly core: EngineCore,
    private readonly codec: WireCodec,
    private readonly answers: Answers,
    private readonly parts: IntakeParts,
  ) {}

  get inFlightCount(): number {
    return this.inFlight.size;
  }

  /** Messages that could not be read. */
  get malformedCount(): number {
    return this.malformed;
  }

  ownerOf(requestId: string): number | undefined {
    return this.inFlight.get(requestId);
  }

  /** The core is done with it: its id may be used again. */
  finished(requestId: string): void {
    this.inFlight.delete(requestId);
  }

  /** From here on requests are answered with finish reason `abort`, utility calls with a failure (engine protocol §8.4). */
  refuseAll(): void {
    this.closing = true;
  }

  /** One message `[type, payload, aux...]` from the socket of client `from`. Never throws. */
  take(frames: readonly Buffer[], from: number): void {
    try {
      this.dispatch(frames, from);
    } catch (error) {
      if (error instanceof MalformedMessageError) this.reportMalformed(error, from);
      else this.parts.logger.error({ err: errorText(error), client: from }, 'a request message failed');
    }
  }

  private dispatch([type, ...frames]: readonly Buffer[], from: number): void {
    if (type?.length !== 1) throw new MalformedMessageError('the message has no type byte');
    const payload = frames[0] ?? Buffer.alloc(0);
    switch (type[0]) {
      case RequestType.add:
        return this.add(frames, from);
      case RequestType.abort:
        return this.abort(decodeAbort(payload));
      case RequestType.utility:
        return this.callUtility(payload, from);
      case RequestType.startDpWave:
        // It comes from the coordinator alone; on this socket it means nothing.
        return;
      default:
        throw new MalformedMessageError(`unknown type byte 0x${type.toString('hex')}`);
    }
  }

  private add(frames: readonly Buffer[], from: number): void {
    const request = this.readRequest(frames, from);
    if (!request) return;
    const { requestId, clientIndex = 0 } = request;
    if (this.closing) {
      this.answers.refuse(from, { requestId, finishReason: 'abort' });
      return;
    }
    if (clientIndex < 0 || clientIndex >= this.answers.clientCount) {
      this.refuseInvalid(from, requestId, `client index ${clientIndex} does not exist`);
      return;
    }
    if (this.inFlight.has(requestId)) {
      this.refuseInvalid(clientIndex, requestId, 'a request with this id is running');
      return;
    }
    this.inFlight.set(requestId, clientIndex);
    try {
      this.parts.waves?.requestArrived(request.currentWave ?? 0);
      this.core.add(request);
    } catch (error) {
      this.parts.logger.error({ err: errorText(error), requestId }, 'the core refused a request with an exception');
      this.inFlight.delete(requestId);
      const fault = { code: 'internal_error', message: 'the engine failed to take the request', retryable: false };
      this.answers.refuse(clientIndex, { requestId, finishReason: 'error', error: fault });
    }
  }

  private readRequest(frames: readonly Buffer[], from: number): EngineRequest | undefined {
    try {
      return this.codec.decodeRequest(frames);
    } catch (error) {
      if (!(error instanceof MalformedMessageError) || error.requestId === undefined) throw error;
      this.reportMalformed(error, from);
      // The index inside may be the damaged part; the socket tells whose request it was.
      this.refuseInvalid(from, error.requestId, error.message);
      return undefined;
    }
  }

  private refuseInvalid(clientIndex: number, requestId: string, message: string): void {
    const error = { code: 'validation_error', message, retryable: false };
    this.answers.refuse(clientIndex, { requestId, finishReason: 'error', error });
  }

  private abort(requestIds: readonly string[] = [...this.inFlight.keys()]): void {
    for (const requestId of requestIds) {
      const client = this.inFlight.get(requestId);
      if (client === undefined) continue;
      this.inFlight.delete(requestId);
      this.answers.aborted(client, requestId);
    }
    this.core.abort(requestIds);
  }

  private callUtility(payload: Buffer, from: number): void {
    const call = this.readCall(payload, from);
    if (!call) return;
    const { clientIndex, callId, method, args } = call;
    if (clientIndex < 0 || clientIndex >= this.answers.clientCount) {
      this.answers.reply(from, { callId, failureMessage: `client index ${clientIndex} does not exist` });
      return;
    }
    if (this.closing) {
      this.answers.reply(clientIndex, { callId, failureMessage: 'Server shutting down' });
      return;
    }
    void this.utilityOutput(method, args).then((output) => this.answers.reply(clientIndex, { callId, ...output }));
  }

  private readCall(payload: Buffer, from: number): UtilityCall | undefined {
    try {
      return decodeUtilityCall(payload);
    } catch (error) {
      if (!(error instanceof MalformedMessageError) || error.callId === undefined) throw error;
      this.reportMalformed(error, from);
      this.answers.reply(from, { callId: error.callId, failureMessage: error.message });
      return undefined;
    }
  }

  /** Never rejects. */
  private async utilityOutput(method: string, args: readonly unknown[]): Promise<Omit<UtilityOutput, 'callId'>> {
    try {
      return { result: await this.core.utility(method, args) };
    } catch (error) {
      return { failureMessage: `Call to ${method} method failed: ${errorText(error)}` };
    }
  }

  /** A flood of nonsense must not become a flood of lines: the 1st, 2nd, 4th, 8th … message is logged. */
  private reportMalformed(error: MalformedMessageError, from: number): void {
    this.malformed += 1;
    if (Number.isInteger(Math.log2(this.malformed))) {
      this.parts.logger.warn(
        { client: from, reason: error.message, count: this.malformed },
        'a request cannot be read',
      );
    }
  }
}

function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
