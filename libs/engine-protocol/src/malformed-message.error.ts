/** A frame that cannot be read as the message it should be. The only error the decoders of this lib throw. */
export class MalformedMessageError extends Error {
  /** Of the request at fault, when its id could still be read: whoever answers can name it. */
  readonly requestId: string | undefined;

  constructor(message: string, { requestId, cause }: { readonly requestId?: string; readonly cause?: unknown } = {}) {
    super(message, { cause });
    this.name = 'MalformedMessageError';
    this.requestId = requestId;
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
