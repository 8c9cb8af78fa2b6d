import { InternalError, InvalidRequestError } from '@app/errors';
import type { EngineRequest } from '@app/engine-protocol';

/**
 * The last look at a request before it goes out: an empty prompt, or one that fills the context, ends a vLLM engine core (engine protocol §13).
 * Whoever built the request has checked this and much more; here it costs two comparisons.
 */
export function mustFit({ promptTokenIds, requestId }: EngineRequest, maxModelLen: number): void {
  if (requestId === '') {
    throw new InternalError('A request for the engine has no id.');
  }
  if (promptTokenIds.length === 0) {
    throw new InvalidRequestError('The prompt is empty.', { param: 'prompt' });
  }
  if (promptTokenIds.length >= maxModelLen) {
    throw new InvalidRequestError(
      `The prompt has ${promptTokenIds.length} tokens; with at least one output token this model accepts at most ${maxModelLen}.`,
      { param: 'prompt', value: promptTokenIds.length },
    );
  }
}
