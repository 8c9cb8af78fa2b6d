import type { UtilityOptions } from '@app/engine-protocol';

/** For calls that take what they take: requests end first, weights move. An engine that hangs is found dead by other means. */
export const PATIENT: UtilityOptions = { timeoutMs: Infinity };
