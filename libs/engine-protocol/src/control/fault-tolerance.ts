import type { UtilityOutput } from '../engine-output.js';

/** Of an engine core that outlives faults of its workers (engine protocol §10). */
export interface EngineFaultStatus {
  /** Global data-parallel rank. */
  readonly rank: number;
  /** `unhealthy`: it has ended its requests with finish reason `abort` and waits for an instruction. */
  readonly status: string;
  /** What went wrong, in the engine's words. */
  readonly faultInfo?: string | undefined;
}

const STATUS_CALL_ID = -2;
const MAX_TEXT = 1000;

/** As an engine core tells it, unasked. */
export function fromFaultStatus({ rank, status, faultInfo }: EngineFaultStatus): UtilityOutput {
  const told = faultInfo === undefined ? {} : { fault_info: faultInfo };
  return { callId: STATUS_CALL_ID, result: { id: rank, status, ...told } };
}

/** The status in an answer; undefined when it is an answer to a call, or no status. */
export function toFaultStatus({ callId, result }: UtilityOutput): EngineFaultStatus | undefined {
  if (callId !== STATUS_CALL_ID || typeof result !== 'object' || result === null) return undefined;
  const { id, status, fault_info: info } = result as Readonly<Record<string, unknown>>;
  if (!Number.isSafeInteger(id) || typeof status !== 'string') return undefined;
  const faultInfo = typeof info === 'string' ? info.slice(0, MAX_TEXT) : undefined;
  return { rank: Number(id), status: status.slice(0, MAX_TEXT), faultInfo };
}
