import { EngineClient } from '@app/engine-client';
import type { SocketSource } from '@app/engine-client';
import type { Engine } from '@app/engine-protocol';
import type { Logger } from '@app/logging';

export type { SocketSource } from '@app/engine-client';

/** Engines that somebody else starts and has told where our sockets are. */
export interface EnginesToJoin {
  /** For requests, and for outputs. */
  readonly input: SocketSource;
  readonly output: SocketSource;
  /** Global ranks `startRank`, … */
  readonly startRank: number;
  readonly engineCount: number;
  /** Where the coordinator publishes, if there is one. */
  readonly coordinatorAddress: string | undefined;
  readonly readyTimeoutMs: number;
  readonly logger: Logger;
  /** Ends the start-up. */
  readonly signal: AbortSignal;
}

/**
 * Waits until all of them have registered (engine protocol §2.5): there is no handshake on our side. What they register with counts; the
 * operator's limits are theirs already. Throws `ConfigurationError` or `UnavailableError` with one clear line.
 */
export function joinEngines({ input, output, coordinatorAddress, ...options }: EnginesToJoin): Promise<Engine> {
  return EngineClient.connect({ ...options, attachment: { type: 'addresses', input, output, coordinatorAddress } });
}
