import { InternalError, InvalidRequestError, UnavailableError } from '@app/errors';
import type { ServerError } from '@app/errors';
import type { EngineRequestFault } from '@app/engine-protocol';

/** Finish reason `error` as the caller sees it (engine protocol §5.4); older engines give no reason. */
export function toEngineFault(fault: EngineRequestFault | undefined): ServerError {
  if (fault?.code === 'validation_error') {
    return new InvalidRequestError(fault.message);
  }
  if (fault?.retryable) {
    return new UnavailableError(fault.message || 'Request failed; please retry');
  }
  return new InternalError('Internal server error');
}
