/** Whose message it was, as far as it could be read: whoever answers can name it. */
export interface MalformedMessageOrigin {
  /** Of an ADD. */
  readonly requestId?: string | undefined;
  /** Of a UTILITY. */
  readonly callId?: number | bigint | undefined;
  readonly cause?: unknown;
}

/** A frame that cannot be read as the message it should be. The only error the decoders of this lib throw. */
export class MalformedMessageError extends Error {
  readonly requestId: string | undefined;
  readonly callId: number | bigint | undefined;

  constructor(message: string, { requestId, callId, cause }: MalformedMessageOrigin = {}) {
    super(message, { cause });
    this.name = 'MalformedMessageError';
    this.requestId = requestId;
    this.callId = callId;
  }
}

/** Says in which field a message is malformed: "sampling_params: top_p: …". */
export function inField<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof MalformedMessageError)) throw error;
    throw new MalformedMessageError(`${name}: ${error.message}`, { cause: error });
  }
}
