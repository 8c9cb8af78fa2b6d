import type { EngineOutput, EngineOutputs, WireCodec } from '@app/engine-protocol';

const UNSENDABLE_RESULT = 'the result has no form on the wire';
const FAULT = { code: 'internal_error', message: 'the output cannot be sent', retryable: false };

/**
 * Encodes a message even when a part of it has no form on the wire: a utility result becomes a failure, an output an error of
 * its request, statistics are left out.
 * One bad value of the core must not cost the other requests of the step their tokens.
 */
export function encodeMessage(
  codec: WireCodec,
  message: EngineOutputs,
  unsendable: (reason: unknown) => void,
): Buffer[] {
  try {
    return codec.encodeOutputs(message);
  } catch (error) {
    unsendable(error);
    const { utilityOutput, outputs } = message;
    return codec.encodeOutputs({
      ...message,
      outputs: outputs.map((output) => sendable(codec, output)),
      schedulerStats: undefined,
      utilityOutput: utilityOutput && { callId: utilityOutput.callId, failureMessage: UNSENDABLE_RESULT },
    });
  }
}

function sendable(codec: WireCodec, output: EngineOutput): EngineOutput {
  try {
    codec.encodeOutputs({ engineIndex: 0, timestamp: 0, outputs: [output] });
    return output;
  } catch {
    return { requestId: output.requestId, newTokenIds: [], finishReason: 'error', error: FAULT };
  }
}
