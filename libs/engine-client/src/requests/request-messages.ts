import { InternalError } from '@app/errors';
import { checkRequest, encodeAbort, encodeUtilityCall, requestTypeFrame, RequestType } from '@app/engine-protocol';
import type { EngineRequest, RequestFacts, WireCodec } from '@app/engine-protocol';

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

export interface AddFacts extends Omit<RequestFacts, 'layout' | 'structuredOutputsBackend'> {
  /** Of the engine that gets the request. */
  readonly codec: WireCodec;
  /** From the coordinator, if there is one. */
  readonly currentWave: number | undefined;
}

/** Frames of the messages to an engine, `[type, payload, aux...]`, as front-end process `clientIndex`. */
export class RequestMessages {
  /** Of the first structured request: engines keep to that one for life. */
  private structuredOutputsBackend: string | undefined;

  constructor(private readonly clientIndex: number) {}

  /** The only way to an ADD, so that nothing is sent that breaks a rule of `checkRequest`; throws what that throws. */
  add(given: EngineRequest, { codec, currentWave, ...facts }: AddFacts): Buffer[] {
    const { clientIndex, structuredOutputsBackend } = this;
    const request =
      given.clientIndex === clientIndex && currentWave === undefined ? given : { ...given, clientIndex, currentWave };
    checkRequest(request, { ...facts, structuredOutputsBackend, layout: codec.layout });
    this.structuredOutputsBackend ??= request.sampling.structuredOutputs?.backend;
    try {
      return [ADD, ...codec.encodeRequest(request)];
    } catch (error) {
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
