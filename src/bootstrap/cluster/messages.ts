import type { MetricsSnapshot } from '@app/metrics';
import type { ClientAddresses, SharedEngines } from '@server/engine/engine-group';
import type { SocketAddress } from '../bind-socket.js';

/** What makes a worker the one it is; everything else it reads from the same command line and environment as the supervisor. */
export interface Assignment {
  /** Its place among the front ends of the engines; its successor gets the same. */
  readonly clientIndex: number;
  readonly clientCount: number;
  readonly engines: SharedEngines;
  /** Its sockets towards the engines. */
  readonly addresses: ClientAddresses;
  /** What the engines told an earlier process at these addresses; they register once. */
  readonly registrations?: readonly Buffer[] | undefined;
  /** Where all workers listen. */
  readonly sockets: { readonly main: SharedSocket; readonly admin: SharedSocket | undefined };
}

/** Bound by the supervisor, served by every worker. */
export interface SharedSocket {
  readonly address: SocketAddress;
  /** The same towards people. */
  readonly url: string;
}

/** From the supervisor to a worker. */
export type SupervisorMessage =
  /** The answer to `hello`. */
  | { readonly type: 'assignment'; readonly assignment: Assignment }
  /** The port is the workers' now. */
  | { readonly type: 'listen' }
  /** Leave: others serve on. Answer what still comes over open connections, for so long at most. */
  | { readonly type: 'retire'; readonly timeoutMs: number }
  /** The server ends: after the delay refuse what comes, and let what runs finish for so long at most. */
  | { readonly type: 'drain'; readonly delayMs: number; readonly timeoutMs: number }
  /** With `--engine-restart` others will come, at the same addresses. */
  | { readonly type: 'engine-ended'; readonly reason: string }
  | { readonly type: 'metrics-wanted' }
  /** The answer to `metrics-page-wanted`. */
  | { readonly type: 'metrics-page'; readonly id: number; readonly text: string };

/** From a worker to the supervisor. */
export type WorkerMessage =
  /** It listens to what it is told; what is sent before is lost. */
  | { readonly type: 'hello' }
  /** The engines have registered. */
  | { readonly type: 'joined'; readonly registrations: readonly Buffer[]; readonly tasks: readonly string[] }
  /** After `engine-ended`: it has let go of the old engines and is ready for new ones. */
  | { readonly type: 'awaiting-engines' }
  /** Everything is there but the port. */
  | { readonly type: 'built' }
  | { readonly type: 'serving' }
  /** The start failed; the process ends. */
  | { readonly type: 'failed'; readonly reason: string }
  /** As it heard it itself. */
  | { readonly type: 'engine-dead'; readonly reason: string }
  /** Asked for, or its last ones. */
  | { readonly type: 'metrics'; readonly snapshot: MetricsSnapshot }
  | { readonly type: 'metrics-page-wanted'; readonly id: number };

const SUPERVISOR_MESSAGES: Readonly<Record<SupervisorMessage['type'], true>> = {
  assignment: true,
  listen: true,
  retire: true,
  drain: true,
  'engine-ended': true,
  'metrics-wanted': true,
  'metrics-page': true,
};

const WORKER_MESSAGES: Readonly<Record<WorkerMessage['type'], true>> = {
  hello: true,
  joined: true,
  'awaiting-engines': true,
  built: true,
  serving: true,
  failed: true,
  'engine-dead': true,
  metrics: true,
  'metrics-page-wanted': true,
};

/** What else comes through the channel is nobody's. */
export function isSupervisorMessage(value: unknown): value is SupervisorMessage {
  return hasTypeOf(SUPERVISOR_MESSAGES, value);
}

export function isWorkerMessage(value: unknown): value is WorkerMessage {
  return hasTypeOf(WORKER_MESSAGES, value);
}

function hasTypeOf(types: object, value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'type' in value && Object.hasOwn(types, String(value.type));
}
