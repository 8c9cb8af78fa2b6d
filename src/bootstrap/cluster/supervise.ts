import { UnavailableError } from '@app/errors';
import { planEngineGroup } from '@server/engine/engine-group';
import type { PlannedEngineGroup } from '@server/engine/engine-group';
import { readDescription } from '@server/engine/load-model';
import { loadThoughtMarkers } from '@server/language/load-chat-parsers';
import { announce } from '../announce.js';
import type { BoundSocket, SocketAddress } from '../bind-socket.js';
import { bindSockets } from '../bind-sockets.js';
import type { BoundSockets } from '../bind-sockets.js';
import { adminAddress, listenAddress } from '../listen-address.js';
import type { Start } from '../start.js';
import { DEAD_ENGINE_LINGER_MS } from '../termination.js';
import { EngineKeeper } from './engine-keeper.js';
import type { SharedSocket } from './messages.js';
import { WorkerPool } from './worker-pool.js';
import { forkWorker } from './worker-process.js';

/** A worker that is renewed may finish what it runs, however little time a shutdown gives. */
const MIN_RENEWAL_DRAIN_MS = 600_000;

/** `aerie serve --api-server-count N`: the engines, and N API servers that share them and one port. Returns the exit code. */
export async function supervise(start: Start): Promise<number> {
  const { config, progress, termination } = start;
  const { shutdownDelay, shutdownTimeout } = config.http;
  if (!config.metrics.disableLogStats) {
    start.logger.warn({}, 'with several API servers there are no lines of statistics: none of them sees all requests');
  }
  const bound = await bindSockets(config).catch((error: unknown) => {
    progress.done();
    throw error;
  });
  let pool: WorkerPool | undefined;
  let plan: PlannedEngineGroup | undefined;
  let engines: EngineKeeper | undefined;
  const renew = (): void =>
    void pool?.renew({ drainTimeoutMs: Math.max(shutdownTimeout * 1000, MIN_RENEWAL_DRAIN_MS) });
  process.on('SIGHUP', renew);
  try {
    progress.stage(`Listening on ${bound.main.url}, not accepting yet`);
    plan = await planEngines(start);
    pool = createPool(start, { bound, plan, onEngineDeath: (reason) => engines?.died(reason) });
    engines = createKeeper(start, { plan, pool });
    progress.stage(`Starting the engine and ${plan.clients.length} API servers`);
    const serving = pool.start();
    await startEngines(engines, { serving, signal: termination.signal });
    const tasks = await Promise.race([serving, termination.requested]);
    if (tasks === undefined) throw new UnavailableError('stopped before it was ready');
    progress.done();
    announce({ url: bound.main.url, adminUrl: bound.admin?.url, config, tasks });
    return await untilTheEnd(start, engines);
  } finally {
    progress.done();
    process.removeListener('SIGHUP', renew);
    const delayMs = termination.signal.aborted ? shutdownDelay * 1000 : 0;
    await pool?.stop({ delayMs, drainTimeoutMs: shutdownTimeout * 1000 });
    await engines?.stop();
    plan?.close();
    await bound.close();
  }
}

async function planEngines({ config, engineCoreEntry, logger, progress }: Start): Promise<PlannedEngineGroup> {
  progress.stage(`Reading model ${config.model.model}`);
  const model = await readDescription(config);
  const connection = {
    config,
    model,
    thoughtMarkers: await loadThoughtMarkers(model, config),
    engineCoreEntry,
    logger,
    onProgress: (line: string) => progress.detail(line),
  };
  return planEngineGroup(connection, config.http.apiServerCount);
}

interface PoolParts {
  readonly bound: BoundSockets;
  readonly plan: PlannedEngineGroup;
  readonly onEngineDeath: (reason: string) => void;
}

function createPool({ config, logger }: Start, { bound, plan, onEngineDeath }: PoolParts): WorkerPool {
  const { clients, engines } = plan;
  const admin = adminAddress(config);
  const sockets = {
    main: toSharedSocket(listenAddress(config), bound.main),
    admin: admin && bound.admin && toSharedSocket(admin, bound.admin),
  };
  const shared = { clientCount: clients.length, engines, sockets };
  return new WorkerPool({
    count: clients.length,
    fork: forkWorker,
    assignmentOf: (clientIndex) => ({ ...shared, clientIndex, addresses: clients[clientIndex] }),
    beforeListening: () => bound.close(),
    onEngineDeath,
    logger,
  });
}

/** Port 0 is any free port: the one that was found. */
function toSharedSocket(address: SocketAddress, { port = address.port, url }: BoundSocket): SharedSocket {
  return { address: { ...address, port }, url };
}

function createKeeper(
  { config, logger, termination }: Start,
  { plan, pool }: { readonly plan: PlannedEngineGroup; readonly pool: WorkerPool },
): EngineKeeper {
  return new EngineKeeper({ plan, pool, restarts: config.engine.engineRestart, logger, signal: termination.signal });
}

/** Ends with the first that fails: the engines or the workers. */
async function startEngines(
  engines: EngineKeeper,
  { serving, signal }: { readonly serving: Promise<unknown>; readonly signal: AbortSignal },
): Promise<void> {
  const failure = new AbortController();
  serving.catch((error: unknown) => failure.abort(error));
  await engines.start(AbortSignal.any([signal, failure.signal]));
}

/** Until a signal, or until engines that stay dead have been seen. */
async function untilTheEnd({ config, logger, termination }: Start, engines: EngineKeeper): Promise<number> {
  let exitCode = 0;
  const seen = new Promise<void>((resolve) => {
    void engines.keep().then((reason) => {
      if (termination.signal.aborted) return;
      logger.error({ reason }, 'the engine died; requests are refused from now on');
      if (!config.engine.keepAliveOnEngineDeath) {
        exitCode = 1;
        setTimeout(resolve, DEAD_ENGINE_LINGER_MS).unref();
      }
    });
  });
  await Promise.race([termination.requested, seen]);
  logger.info({}, termination.signal.aborted ? 'shutting down' : 'shutting down because the engine is dead');
  return exitCode;
}
