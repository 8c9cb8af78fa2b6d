import { InternalError, InvalidRequestError, UnavailableError } from '@app/errors';
import type { ServerError } from '@app/errors';
import type { EngineRequestFault } from '@app/engine-protocol';

export interface FailedSample {
  /** Absent until vLLM 0.33. */
  readonly fault: EngineRequestFault | undefined;
  /** The request was constrained, and its first output was its failure. */
  readonly constraintSuspected: boolean;
}

/**
 * Finish reason `error` as the caller sees it (engine protocol §5.4). Engines before 0.33 give no reason; those from 0.26 on end a request
 * this way whose constraint does not compile (§5.7), or allows no first token.
 */
export function toEngineFault({ fault, constraintSuspected }: FailedSample): ServerError {
  if (fault?.code === 'validation_error') {
    return new InvalidRequestError(fault.message);
  }
  if (fault === undefined && constraintSuspected) {
    return new InvalidRequestError('The engine could not follow the constraint of the structured output.');
  }
  if (fault?.retryable) {
    return new UnavailableError(fault.message || 'Request failed; please retry');
  }
  return new InternalError('Internal server error');
}
