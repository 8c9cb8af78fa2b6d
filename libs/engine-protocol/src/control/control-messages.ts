import { MalformedMessageError } from '../malformed-message.error.js';
import { MsgpackReader } from '../msgpack/msgpack-reader.js';
import { MsgpackWriter } from '../msgpack/msgpack-writer.js';

/** First frame of a message to an engine core (engine protocol §3.1). */
export const RequestType = { add: 0, abort: 1, startDpWave: 2, utility: 3 } as const;

/** The single frame an engine core sends to every client before it dies. */
export const ENGINE_CORE_DEAD = Buffer.from('ENGINE_CORE_DEAD', 'ascii');

/** One call of a method of an engine core; answered by an output with the same call id. */
export interface UtilityCall {
  readonly clientIndex: number;
  /** Ours are small counters; Python's are 64-bit. */
  readonly callId: number | bigint;
  readonly method: string;
  readonly args: readonly unknown[];
}

export function isDeathSentinel(frames: readonly Uint8Array[]): boolean {
  return frames.length === 1 && ENGINE_CORE_DEAD.equals(frames[0]);
}

/** Routing id of an engine on handshake and input sockets: the global data-parallel rank, 2 bytes little-endian. */
export function engineIdentity(rank: number): Buffer {
  const identity = Buffer.alloc(2);
  identity.writeUInt16LE(rank);
  return identity;
}

/** The type frame: `RequestType.add` → `00`. */
export function requestTypeFrame(type: number): Buffer {
  return Buffer.from([type]);
}

/** Payload of an ABORT. */
export function encodeAbort(requestIds: readonly string[]): Buffer {
  const writer = new MsgpackWriter();
  writer.strings(requestIds);
  return writer.take();
}

/** Ids to abort; `undefined` means every request of the engine (a null payload). Throws MalformedMessageError. */
export function decodeAbort(payload: Uint8Array): readonly string[] | undefined {
  const reader = new MsgpackReader(payload);
  const ids = reader.tryNil() ? undefined : reader.readStrings();
  reader.expectEnd();
  return ids;
}

/** Payload of a UTILITY. Throws TypeError or RangeError when an argument has no form on the wire. */
export function encodeUtilityCall(call: UtilityCall): Buffer {
  const writer = new MsgpackWriter();
  writer.arrayHeader(4);
  writer.int(call.clientIndex);
  writer.int(call.callId);
  writer.string(call.method);
  writer.any(call.args);
  return writer.take();
}

/** Throws MalformedMessageError (with the call id if it can be read) for anything but `[client index, call id, method, arguments]`. */
export function decodeUtilityCall(payload: Uint8Array): UtilityCall {
  const reader = new MsgpackReader(payload);
  const count = reader.readArrayHeader();
  const clientIndex = reader.readInt();
  const callId = reader.readIntOrBigInt();
  try {
    if (count !== 4) throw new MalformedMessageError(`a utility call has 4 elements, not ${count}`);
    const method = reader.readString();
    const args = reader.readArray((element) => element.readAny(1));
    reader.expectEnd();
    return { clientIndex, callId, method, args };
  } catch (error) {
    if (!(error instanceof MalformedMessageError)) throw error;
    throw new MalformedMessageError(error.message, { callId, cause: error });
  }
}
