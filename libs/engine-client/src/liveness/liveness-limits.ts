import { ConfigurationError } from '@app/errors';

/** How long silence is taken for life; milliseconds. */
export interface LivenessLimits {
  /** An engine with requests in flight that said nothing for this long is asked for a sign of life. */
  readonly pingIntervalMs: number;
  /** The same for an engine without requests. */
  readonly idlePingIntervalMs: number;
  /** An unanswered question after which the engine is dead. It answers between steps, so this must exceed the longest step. */
  readonly pingDeadlineMs: number;
  /** An engine whose connection is gone is dead after this; a shorter loss is a hiccup of the network. */
  readonly unreachableDeadlineMs: number;
}

/** `pingDeadlineMs`: the time after which vLLM itself gives up on a step (VLLM_EXECUTE_MODEL_TIMEOUT_SECONDS). */
export const DEFAULT_LIVENESS_LIMITS: LivenessLimits = {
  pingIntervalMs: 5_000,
  idlePingIntervalMs: 15_000,
  pingDeadlineMs: 300_000,
  unreachableDeadlineMs: 2_500,
};

/** Fills in the defaults. Throws `ConfigurationError` for a limit that is not a positive number of milliseconds. */
export function livenessLimits(given: Partial<LivenessLimits> = {}): LivenessLimits {
  const limits = { ...DEFAULT_LIVENESS_LIMITS, ...given };
  for (const [name, value] of Object.entries<number>({ ...limits })) {
    if (!Number.isFinite(value) || value <= 0) {
      throw new ConfigurationError(`${name} must be a positive number of milliseconds, not ${value}`);
    }
  }
  return limits;
}
