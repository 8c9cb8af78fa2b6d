import { ServerError } from '@app/errors';
import { createLogger } from '@app/logging';
import { takeSnapshot } from '@app/metrics';
import type { Engine } from '@app/engine-protocol';
import { loadConfig } from '@server/config/index';
import type { ConfigSources, ServerConfig } from '@server/config/index';
import { joinEngineGroup } from '@server/engine/engine-group';
import { loadModel } from '@server/engine/load-model';
import { loadChatParsers } from '@server/language/load-chat-parsers';
import type { AerieServer } from '../aerie-server.js';
import { clusterSocket } from '../bind-socket.js';
import type { BoundSocket } from '../bind-socket.js';
import { createServer, processRegistry } from '../create-server.js';
import type { SharedSocket } from './messages.js';
import { SupervisorChannel } from './supervisor-channel.js';
import type { Leaving } from './supervisor-channel.js';

/**
 * One of the API servers of a supervisor: it starts as it is told, serves until it is told to leave, and ends with its supervisor (Node ends a
 * worker whose channel closes). Returns the exit code.
 */
export async function runWorker({ argv, env }: ConfigSources): Promise<number> {
  ignoreSignals();
  const supervisor = new SupervisorChannel(process);
  try {
    const { config } = loadConfig({ argv, env });
    await serveAsWorker(supervisor, config);
    return 0;
  } catch (error) {
    const reason = error instanceof ServerError ? error.message : error instanceof Error ? error.stack : undefined;
    await supervisor.tell({ type: 'failed', reason: reason ?? String(error) });
    return 1;
  } finally {
    process.disconnect();
  }
}

/** A terminal and a service manager send them to every process, but only the supervisor knows what is to be done. */
function ignoreSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => undefined);
  }
}

async function serveAsWorker(supervisor: SupervisorChannel, config: ServerConfig): Promise<void> {
  const { sockets, ...place } = await supervisor.assignment;
  process.title = `aerie: API server ${place.clientIndex}`;
  const { logLevel: level, logFormat: format } = config.logging;
  const logger = createLogger({ level, format, facts: { worker: place.clientIndex } });
  const model = await loadModel(config);
  await loadChatParsers(model, config);
  const engine = await joinEngineGroup({ ...place, config, launcher: supervisor, logger });
  const registry = processRegistry();
  const heardAt = listenTo(engine);
  const server = await createServer({ config, engine, model, logger, registry, metrics: supervisor });
  const tellMetrics = async (): Promise<void> =>
    supervisor.tell({ type: 'metrics', snapshot: await takeSnapshot(registry, heardAt) });
  const left = new Promise<void>((resolve, reject) => {
    supervisor.obey({
      leave: (message) => void leave(server, message).then(resolve, reject),
      metricsWanted: () => void tellMetrics(),
    });
  });
  await supervisor.tell({ type: 'built' });
  await supervisor.mayListen;
  await server.listen(toClusterSocket(sockets.main), sockets.admin && toClusterSocket(sockets.admin));
  await supervisor.tell({ type: 'serving' });
  await left;
  await tellMetrics();
}

function toClusterSocket({ address, url }: SharedSocket): BoundSocket {
  return clusterSocket(address, url);
}

/** When each engine was heard of last: milliseconds since the epoch, by the label of its metrics. */
function listenTo(engine: Engine): Readonly<Record<string, number>> {
  const heardAt: Record<string, number> = {};
  engine.onSchedulerStats((index) => {
    heardAt[String(engine.startRank + index)] = Date.now();
  });
  return heardAt;
}

function leave(server: AerieServer, message: Leaving): Promise<void> {
  const { timeoutMs } = message;
  return message.type === 'retire'
    ? server.retire({ timeoutMs })
    : server.close({ delayMs: message.delayMs, drainTimeoutMs: timeoutMs });
}
