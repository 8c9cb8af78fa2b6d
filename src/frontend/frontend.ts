import { once } from 'node:events';
import { UnavailableError } from '@app/errors';
import type { Engine } from '@app/engine-protocol';
import { createLogger } from '@app/logging';
import type { Logger } from '@app/logging';
import { loadCustomCode } from '@server/api/sagemaker/custom-code/custom-code';
import type { AerieServer } from '@server/bootstrap/aerie-server';
import { announce } from '@server/bootstrap/announce';
import { withAdminSocket } from '@server/bootstrap/bind-sockets';
import { createServer } from '@server/bootstrap/create-server';
import { explain } from '@server/bootstrap/explain';
import { inheritedSocket } from '@server/bootstrap/inherited-socket';
import { readKeysFile } from '@server/bootstrap/keys/read-keys-file';
import { listenAddress } from '@server/bootstrap/listen-address';
import { loadMiddleware } from '@server/bootstrap/load-middleware';
import { packageVersion } from '@server/bootstrap/package-version';
import { release } from '@server/bootstrap/release';
import { DEAD_ENGINE_LINGER_MS, Termination } from '@server/bootstrap/termination';
import { readTls } from '@server/bootstrap/tls/read-tls';
import { ConfigProblemsError, loadConfig, nonDefaultOptions } from '@server/config/index';
import type { ServerConfig } from '@server/config/index';
import { joinEngines } from '@server/engine/join-engines';
import { loadModel } from '@server/engine/load-model';
import { loadChatParsers } from '@server/language/load-chat-parsers';
import { drainTimeout } from './drain-timeout.js';
import { readFrontendOptions } from './frontend-options.js';
import type { FrontendOptions } from './frontend-options.js';
import { LauncherWatch } from './launcher-watch.js';

export interface FrontendArguments {
  /** Arguments after `frontend`. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * `aerie frontend`: serves HTTP for engines that `vllm serve` starts and supervises, as it does this process (engine protocol §2.5).
 * Returns the exit code: 0 after a signal only, since the launcher takes 0 for a wanted end and would go on without a server.
 */
export async function frontend({ argv, env }: FrontendArguments): Promise<number> {
  // The arguments have keys in them, and everybody on this machine can read them until the title takes their place.
  process.title = 'aerie: frontend';
  // A terminal's Ctrl-C comes twice: from the terminal, and from the launcher as SIGTERM.
  const termination = new Termination(process, { secondSignalExits: false });
  const launcher = new LauncherWatch();
  try {
    const options = readFrontendOptions(argv);
    const { config, warnings, unknownArguments } = readConfig(options, env);
    await loadMiddleware(config.http.middleware);
    await loadCustomCode(config.sagemaker);
    const logger = createLogger({ level: config.logging.logLevel, format: config.logging.logFormat });
    warnings.forEach((warning) => logger.warn({}, warning));
    if (unknownArguments.length > 0) logger.debug({ arguments: unknownArguments }, 'arguments of vllm serve not known');
    logger.info(nonDefaultOptions(config), `aerie ${packageVersion()}`);
    return await serve({ options, config, logger, termination, launcher });
  } catch (error) {
    return explain(error, { name: 'aerie frontend', signal: termination.signal });
  } finally {
    launcher.stop();
    termination.dispose();
  }
}

function readConfig({ vllmArguments }: FrontendOptions, env: FrontendArguments['env']) {
  const { model, model_tag: modelTag } = vllmArguments;
  if (typeof (modelTag ?? model) !== 'string') {
    throw new ConfigProblemsError(['--args-json names no model']);
  }
  const loaded = loadConfig({ argv: ['--engine', 'vllm'], vllmArguments, env });
  readKeysFile(loaded.config.auth.apiKeysFile);
  readTls(loaded.config.tls);
  return loaded;
}

interface Start {
  readonly options: FrontendOptions;
  readonly config: ServerConfig;
  readonly logger: Logger;
  readonly termination: Termination;
  readonly launcher: LauncherWatch;
}

async function serve(start: Start): Promise<number> {
  const { options, config, logger, termination, launcher } = start;
  if (options.grpcListenFd !== undefined) logger.warn({}, '--grpc-listen-fd: gRPC is not served');
  const bound = await withAdminSocket(inheritedSocket(options.listenFd, listenAddress(config)), config);
  let engine: Engine | undefined;
  let server: AerieServer | undefined;
  try {
    const model = await loadModel(config);
    await loadChatParsers(model, config);
    logger.info({ engines: options.engineCount, startRank: options.engineStartIndex }, 'waiting for engines');
    engine = await joinEngines({
      input: options.input,
      output: options.output,
      startRank: options.engineStartIndex,
      engineCount: options.engineCount,
      coordinatorAddress: options.coordinatorAddress,
      readyTimeoutMs: config.engine.engineReadyTimeout * 1000,
      logger,
      signal: AbortSignal.any([termination.signal, launcher.signal]),
    });
    server = await createServer({ config, engine, model, logger });
    await server.listen(bound.main, bound.admin);
    announce({ url: server.url, adminUrl: server.adminUrl, config, tasks: engine.supportedTasks });
    return await untilTheEnd(server, { ...start, engine });
  } catch (error) {
    await release({ server, engine, bound });
    throw launcher.signal.aborted ? new UnavailableError('the launcher has ended', { cause: error }) : error;
  }
}

/** Serves until a signal, the death of an engine or the end of the launcher; then closes everything in order. */
async function untilTheEnd(server: AerieServer, running: Start & { readonly engine: Engine }): Promise<number> {
  const { config, engine, logger, termination, launcher } = running;
  let exitCode = 0;
  const death = new Promise<void>((resolve) => {
    engine.onDeath((reason) => {
      exitCode = 1;
      logger.error({ reason }, 'the engine died; requests are refused from now on');
      if (!config.engine.keepAliveOnEngineDeath) setTimeout(resolve, DEAD_ENGINE_LINGER_MS).unref();
    });
  });
  await Promise.race([termination.requested, death, once(launcher.signal, 'abort')]);
  if (launcher.signal.aborted) {
    logger.error({}, 'the launcher has ended: shutting down');
    await server.close();
    return 1;
  }
  logger.info({}, exitCode === 0 ? 'shutting down' : 'shutting down because the engine is dead');
  await server.close({ drainTimeoutMs: drainTimeout(config.http.shutdownTimeout * 1000) });
  return exitCode;
}
