import { ConfigurationError } from '@app/errors';
import type { WireLayout } from '@app/engine-protocol';
import { DEFAULT_READY_TIMEOUT_MS } from '../group/engine-group.js';
import type { Logger } from '@app/logging';
import type { LivenessLimits } from '../liveness/liveness-limits.js';
import type { ManagedEngineProcess } from '../managed-process/managed-engine-process.js';
import type { SocketSource } from '../transport/socket-source.js';

export interface EngineClientOptions {
  /** Engine cores behind this client; one per data-parallel rank. */
  readonly engineCount: number;
  /** Global rank of the first one; default 0. */
  readonly startRank?: number | undefined;
  readonly attachment: EngineAttachment;
  /** Longest silence during start-up: of HELLO, READY or a registration (model loading happens in between). Default 600 s. */
  readonly readyTimeoutMs?: number | undefined;
  /** The operator's own limit of prompt and output together. */
  readonly maxModelLen?: number | undefined;
  /** vLLM release of engines that do not name it when they register (before 0.23). */
  readonly release?: string | undefined;
  /** The layout of all engines, from a manifest; what they say of themselves when they register does not matter then. */
  readonly layout?: WireLayout | undefined;
  /** Place of this process among the front ends that share the engines; default 0 of 1. */
  readonly clientIndex?: number | undefined;
  readonly clientCount?: number | undefined;
  readonly liveness?: Partial<LivenessLimits> | undefined;
  /** For utility calls without a time-out of their own; default 60 s. */
  readonly utilityTimeoutMs?: number | undefined;
  /** Ends the start-up when aborted; without effect later. */
  readonly signal?: AbortSignal | undefined;
  readonly logger?: Logger | undefined;
}

export type EngineAttachment = HandshakeAttachment | AddressAttachment;

/** We do the handshake: engines connect to `handshakeAddress` and are told our data addresses. */
export interface HandshakeAttachment {
  readonly type: 'handshake';
  /** To bind: `tcp://host:port` (`*` for a free port) or `ipc://path`. */
  readonly handshakeAddress: string;
  /** Engines with `local: true`, the first so many; the others must be headless. Default 0. */
  readonly localEngineCount?: number | undefined;
  /** Directory for `ipc` data sockets, readable by this user alone. Only when every engine is on this host. */
  readonly dataDirectory?: string | undefined;
  /** Host or interface for `tcp` data sockets; default: that of the handshake address. */
  readonly dataHost?: string | undefined;
  /** Engines of other front ends that come through those, and what coordinates ours; see `EngineGroupOptions`. */
  readonly relayedEngineCount?: number | undefined;
  readonly head?: string | undefined;
  /** Several engines of such a model step together: they get a coordinator, and a place to meet. */
  readonly mixtureOfExperts?: boolean | undefined;
  /** Starts the engine processes once the address is bound; given the address to say HELLO to. The client stops them when it closes. */
  readonly launch?: ((handshakeAddress: string) => readonly ManagedEngineProcess[]) | undefined;
  /** The number of engines can be changed while they run; mixture-of-experts models only. */
  readonly elastic?: ElasticOptions | undefined;
}

export interface ElasticOptions {
  /** Starts the engine processes that join; the client stops them when it closes. Left out: they are headless engines that others start. */
  readonly launch?: ((joining: JoiningEngines) => readonly ManagedEngineProcess[]) | undefined;
}

/** Ranks `startRank`, …, of a deployment that is to have `engineCount` engines. */
export interface JoiningEngines {
  readonly handshakeAddress: string;
  readonly startRank: number;
  readonly engineCount: number;
}

/** Somebody else told the engines where these sockets are (a supervisor); we bind or adopt them and wait for registrations. */
export interface AddressAttachment {
  readonly type: 'addresses';
  /** ROUTER, for requests. */
  readonly input: SocketSource;
  /** PULL, for outputs. */
  readonly output: SocketSource;
  /**
   * What every engine registered with, told to an earlier process at these addresses: engines register once. What they still send for
   * that process is dropped, and its requests are aborted.
   */
  readonly registrations?: readonly Buffer[] | undefined;
  /** Where the coordinator publishes, when the engines do not tell it at their registration. */
  readonly coordinatorAddress?: string | undefined;
  /** Resolves with the reason when a process of the engines ends; whoever started them knows first. */
  readonly groupEnded?: Promise<string> | undefined;
}

/** Ranks are two bytes on the wire. */
const MAX_RANK = 0xffff;
/** Longest time a timer of Node can wait. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;
const DEFAULT_UTILITY_TIMEOUT_MS = 60_000;

export interface CheckedNumbers {
  readonly engineCount: number;
  readonly startRank: number;
  readonly localEngineCount: number;
  readonly clientIndex: number;
  readonly clientCount: number;
  readonly readyTimeoutMs: number;
  readonly utilityTimeoutMs: number;
}

/** The numbers of the options with their defaults. Throws `ConfigurationError` for one that cannot be. */
export function checkedNumbers(options: EngineClientOptions): CheckedNumbers {
  const { engineCount, startRank = 0, clientIndex = 0, clientCount = 1, attachment } = options;
  const localEngineCount = attachment.type === 'handshake' ? (attachment.localEngineCount ?? 0) : 0;
  mustBeWithin('engineCount', engineCount, [1, MAX_RANK + 1]);
  mustBeWithin('startRank', startRank, [0, MAX_RANK + 1 - engineCount]);
  mustBeWithin('localEngineCount', localEngineCount, [0, engineCount]);
  mustBeWithin('clientCount', clientCount, [1, MAX_RANK]);
  mustBeWithin('clientIndex', clientIndex, [0, clientCount - 1]);
  if (attachment.type === 'handshake' && attachment.elastic !== undefined && (startRank > 0 || clientCount > 1)) {
    throw new ConfigurationError('only a front end that has all engines, and has them alone, can change their number');
  }
  const { readyTimeoutMs = DEFAULT_READY_TIMEOUT_MS, utilityTimeoutMs = DEFAULT_UTILITY_TIMEOUT_MS } = options;
  mustBeWithin('readyTimeoutMs', readyTimeoutMs, [1, MAX_TIMEOUT_MS]);
  mustBeWithin('utilityTimeoutMs', utilityTimeoutMs, [1, MAX_TIMEOUT_MS]);
  return { engineCount, startRank, localEngineCount, clientIndex, clientCount, readyTimeoutMs, utilityTimeoutMs };
}

function mustBeWithin(name: string, value: number, [least, most]: readonly [number, number]): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new ConfigurationError(`${name} must be an integer from ${least} to ${most}, not ${value}`);
  }
}
