import type { Logger } from '@app/logging';
import { deriveMaxModelLen, describeModel } from '@app/model-repository';
import type { StartProgress } from './bootstrap/start-progress.js';
import type { Termination } from './bootstrap/termination.js';
import { managedRanks } from './config/index.js';
import type { ServerConfig } from './config/index.js';
import { loadThoughtMarkers } from './language/load-chat-parsers.js';
import { headAddress, launchEngineCore } from './engine/engine-deployment.js';
import type { EngineProcess } from './engine/engine-deployment.js';

export interface HeadlessStart {
  readonly config: ServerConfig;
  /** Compiled entry of our engine core's process. */
  readonly engineCoreEntry: string;
  readonly logger: Logger;
  readonly progress: StartProgress;
  readonly termination: Termination;
}

/**
 * `aerie serve --headless`: our own engine cores, which join the front end at `--data-parallel-address`, until a signal or until one of
 * them ends; then all of them do. Returns the exit code.
 */
export async function serveHeadless(start: HeadlessStart): Promise<number> {
  const { config, logger, progress, termination } = start;
  const { startRank, localCount } = managedRanks(config.engine);
  const handshake = headAddress(config.engine);
  progress.stage(`Starting ${localCount} engine core(s) for the front end at ${handshake}`);
  const model = await describeModel(config.model.model);
  const maxModelLen = deriveMaxModelLen(model, config.model.maxModelLen);
  const thoughtMarkers = await loadThoughtMarkers(model, config);
  const engines = Array.from({ length: localCount }, (_, index) =>
    launchEngineCore(
      { ...start, model, thoughtMarkers, onProgress: (line) => progress.detail(line) },
      { rank: startRank + index, handshake, maxModelLen, headless: true },
    ),
  );
  progress.done();
  try {
    const obituary = await Promise.race([termination.requested, firstEnd(engines)]);
    if (typeof obituary !== 'string') return 0;
    logger.error({ obituary }, 'an engine core ended; stopping the others');
    return 1;
  } finally {
    await Promise.all(engines.map((engine) => engine.stop(config.http.shutdownTimeout * 1000 + LAST_WORDS_MS)));
  }
}

/** For the last answers of an engine that drained. */
const LAST_WORDS_MS = 5_000;

function firstEnd(engines: readonly EngineProcess[]): Promise<string> {
  return Promise.race(engines.map(async (engine) => (await engine.exited, engine.obituary)));
}
