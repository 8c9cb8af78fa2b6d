import { InternalError, ServerError } from '@app/errors';
import { encodeAbort, encodeUtilityCall, requestTypeFrame, RequestType } from '@app/engine-protocol';
import type { EngineRequest, WireCodec } from '@app/engine-protocol';

const ADD = requestTypeFrame(RequestType.add);
const ABORT = requestTypeFrame(RequestType.abort);
const UTILITY = requestTypeFrame(RequestType.utility);

/** A cheap method that every release has; its answer, even a refusal, crosses both threads of the engine. */
const PING_METHOD = 'is_sleeping';
/** Calls whose answer nobody waits for; utility calls count from 1. */
const PING_CALL_ID = 0;

export interface UtilityRequest {
  readonly callId: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

/** Frames of the messages to an engine, `[type, payload, aux...]`, as front-end process `clientIndex`. */
export class RequestMessages {
  constructor(
    private readonly codec: WireCodec,
    private readonly clientIndex: number,
  ) {}

  /** Throws `UnsupportedError` for what the engine's release lacks, `InternalError` for a request that has no form on the wire. */
  add(request: EngineRequest): Buffer[] {
    const { clientIndex } = this;
    try {
      return [
        ADD,
        ...this.codec.encodeRequest(request.clientIndex === clientIndex ? request : { ...request, clientIndex }),
      ];
    } catch (error) {
      if (error instanceof ServerError) throw error;
      throw new InternalError('The request cannot be sent to the engine.', { cause: error });
    }
  }

  abort(requestIds: readonly string[]): Buffer[] {
    return [ABORT, encodeAbort(requestIds)];
  }

  /** Throws `TypeError` or `RangeError` for arguments that have no form on the wire. */
  utility(call: UtilityRequest): Buffer[] {
    return [UTILITY, encodeUtilityCall({ clientIndex: this.clientIndex, ...call })];
  }

  ping(): Buffer[] {
    return this.utility({ callId: PING_CALL_ID, method: PING_METHOD, args: [] });
  }
}
