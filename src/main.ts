import cluster from 'node:cluster';
import { join } from 'node:path';
import type { Engine } from '@app/engine-protocol';
import { createLogger } from '@app/logging';
import type { AerieServer } from './bootstrap/aerie-server.js';
import { announce } from './bootstrap/announce.js';
import { bindSockets } from './bootstrap/bind-sockets.js';
import { runWorker } from './bootstrap/cluster/run-worker.js';
import { supervise } from './bootstrap/cluster/supervise.js';
import { createServer } from './bootstrap/create-server.js';
import { explain } from './bootstrap/explain.js';
import { readKeysFile } from './bootstrap/keys/read-keys-file.js';
import { loadMiddleware } from './bootstrap/load-middleware.js';
import { packageRoot, packageVersion } from './bootstrap/package-version.js';
import { release } from './bootstrap/release.js';
import type { Start } from './bootstrap/start.js';
import { startProgress } from './bootstrap/start-progress.js';
import { DEAD_ENGINE_LINGER_MS, Termination } from './bootstrap/termination.js';
import { readTls } from './bootstrap/tls/read-tls.js';
import { loadCustomCode } from './api/sagemaker/custom-code/custom-code.js';
import { helpRequest, loadConfig, nonDefaultOptions } from './config/index.js';
import { connectEngine } from './engine/connect-engine.js';
import { loadModel } from './engine/load-model.js';
import { loadChatParsers, loadThoughtMarkers } from './language/load-chat-parsers.js';
import { serveHeadless } from './headless.js';

export interface MainOptions {
  /** Arguments after `serve`. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

const STAGES = 4;
const ENGINE_CORE_ENTRY = join(packageRoot(), 'dist/apps/engine-core/src/main.js');

/**
 * `aerie serve`: arguments → configuration → socket → engine → application → accept, until a signal. Returns the exit code.
 * With several API servers this process only supervises; each of them is this program again, as a worker of the cluster.
 */
export async function main({ argv, env }: MainOptions): Promise<number> {
  if (cluster.isWorker) return runWorker({ argv, env });
  const help = helpRequest(argv, process.stdout.columns);
  if (help !== undefined) {
    process.stdout.write(help);
    return 0;
  }
  const termination = new Termination();
  try {
    const { config, warnings } = loadConfig({ argv, env });
    // What cannot be used is told before anything is started.
    readKeysFile(config.auth.apiKeysFile);
    readTls(config.tls);
    await loadMiddleware(config.http.middleware);
    await loadCustomCode(config.sagemaker);
    const progress = startProgress(process.stderr, STAGES);
    const { logLevel: level, logFormat: format } = config.logging;
    const logger = createLogger({ level, format, destination: progress.lines });
    warnings.forEach((warning) => logger.warn({}, warning));
    logger.info(nonDefaultOptions(config), `aerie ${packageVersion()}`);
    const start = { config, engineCoreEntry: ENGINE_CORE_ENTRY, logger, progress, termination };
    return await run(start);
  } catch (error) {
    return explain(error, { name: 'aerie serve', signal: termination.signal, hint: 'See aerie serve --help.' });
  } finally {
    termination.dispose();
  }
}

function run(start: Start): Promise<number> {
  const { engine, http } = start.config;
  if (engine.headless || http.apiServerCount === 0) return serveHeadless(start);
  return http.apiServerCount === 1 ? serve(start) : supervise(start);
}

async function serve({ config, engineCoreEntry, logger, progress, termination }: Start): Promise<number> {
  const bound = await bindSockets(config).catch((error: unknown) => {
    progress.done();
    throw error;
  });
  let engine: Engine | undefined;
  let server: AerieServer | undefined;
  try {
    progress.stage(`Listening on ${bound.main.url}, not accepting yet`);
    progress.stage(`Reading model ${config.model.model}`);
    const model = await loadModel(config);
    await loadChatParsers(model, config);
    progress.stage('Starting the engine');
    engine = await connectEngine({
      config,
      model: model.description,
      engineCoreEntry,
      thoughtMarkers: await loadThoughtMarkers(model.description, config),
      logger,
      onProgress: (line) => progress.detail(line),
      signal: termination.signal,
    });
    progress.stage(`Building the application for: ${engine.supportedTasks.join(', ')}`);
    server = await createServer({ config, engine, model, logger });
    await server.listen(bound.main, bound.admin);
    progress.done();
    announce({ url: server.url, adminUrl: server.adminUrl, config, tasks: engine.supportedTasks });
    return await untilTheEnd(server, { config, engine, logger, termination });
  } catch (error) {
    progress.done();
    await release({ server, engine, bound });
    throw error;
  }
}

interface Running extends Omit<Start, 'progress' | 'engineCoreEntry'> {
  readonly engine: Engine;
}

/** Serves until a signal, or until a dead engine has been seen; then closes everything in order. */
async function untilTheEnd(server: AerieServer, { config, engine, logger, termination }: Running): Promise<number> {
  let exitCode = 0;
  const death = new Promise<void>((resolve) => {
    engine.onDeath((reason) => {
      logger.error({ reason }, 'the engine died; requests are refused from now on');
      if (!config.engine.keepAliveOnEngineDeath) {
        exitCode = 1;
        setTimeout(resolve, DEAD_ENGINE_LINGER_MS).unref();
      }
    });
  });
  await Promise.race([termination.requested, death]);
  logger.info({}, termination.signal.aborted ? 'shutting down' : 'shutting down because the engine is dead');
  const delayMs = termination.signal.aborted ? config.http.shutdownDelay * 1000 : 0;
  await server.close({ delayMs, drainTimeoutMs: config.http.shutdownTimeout * 1000 });
  return exitCode;
}
