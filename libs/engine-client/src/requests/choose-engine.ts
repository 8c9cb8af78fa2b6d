import { InvalidRequestError } from '@app/errors';

export interface EngineChoice {
  /** Requests in flight per engine, this front-end process's own; at least one engine. */
  readonly inFlight: readonly number[];
  /** Where the scan starts, so that several front-end processes do not all begin with engine 0. */
  readonly start: number;
  /** `X-data-parallel-rank`: index among the engines of this front end. */
  readonly pinned?: number | undefined;
}

/** The engine with the fewest requests in flight, the first one from `start` on a tie. Throws for a rank that is not there. */
export function chooseEngine({ inFlight, start, pinned }: EngineChoice): number {
  if (pinned !== undefined) {
    if (!Number.isInteger(pinned) || pinned < 0 || pinned >= inFlight.length) {
      throw new InvalidRequestError(`data_parallel_rank ${pinned} is out of range [0, ${inFlight.length}).`, {
        param: 'data_parallel_rank',
        value: pinned,
      });
    }
    return pinned;
  }
  let best = start;
  for (let step = 1; step < inFlight.length; step++) {
    const engine = (start + step) % inFlight.length;
    if (inFlight[engine] < inFlight[best]) {
      best = engine;
    }
  }
  return best;
}

/** First engine of the scan for client `clientIndex` of `clientCount` (vLLM's spread). */
export function scanStart(engineCount: number, clientIndex: number, clientCount: number): number {
  return Math.floor((engineCount * clientIndex) / clientCount);
}
