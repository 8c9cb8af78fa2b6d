import type { EngineServer } from './engine-server.js';

/** The engine cores of one process, one at least: they start and end together. */
export interface ServedEngines {
  readonly servers: readonly EngineServer[];
  /** How long running requests may go on after the first signal; default 0. */
  readonly drainTimeoutMs?: number | undefined;
}

/** Time for the last messages to leave, and for a run that cannot be stopped. */
const LAST_WORDS_MS = 5_000;

/**
 * The life of a process that is an engine core, or several: it starts, serves, and ends with a signal, with its parent or with the first core
 * that dies. Exit status 1 after a death or a start that failed, with the reason on standard error. `start` says its stages there, one line each.
 *
 * With `AERIE_PARENT_PID` set, the end of standard input is the end of the parent, and standard input flows from here on.
 */
export async function runEngineProcess(start: (say: (line: string) => void) => Promise<ServedEngines>): Promise<void> {
  let served: ServedEngines | undefined;
  let isStopping = false;
  // The first signal ends what runs, with an answer for everybody; a second one, or one before there is anything to end, ends the process.
  const stop = (): void => {
    if (served === undefined || isStopping) process.exit(0);
    isStopping = true;
    void closeAll(served.servers, served.drainTimeoutMs);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  if (process.env.AERIE_PARENT_PID !== undefined) endWithParent();
  try {
    served = await start(say);
    const deathReason = await endOf(served.servers);
    await closeAll(served.servers, 0);
    if (deathReason !== undefined) say(`the engine died: ${deathReason}`);
    finish(deathReason === undefined ? 0 : 1);
  } catch (error) {
    say(`error: ${error instanceof Error ? error.message : String(error)}`);
    finish(1);
  }
}

/** The reason of the first death; undefined once all have ended without one. */
async function endOf(servers: readonly EngineServer[]): Promise<string | undefined> {
  const deaths = servers.map(
    ({ ended }) =>
      new Promise<string>((resolve) => void ended.then((reason) => reason !== undefined && resolve(reason))),
  );
  return Promise.race([...deaths, Promise.all(servers.map(({ ended }) => ended)).then((reasons) => reasons[0])]);
}

async function closeAll(servers: readonly EngineServer[], drainTimeoutMs: number | undefined): Promise<void> {
  await Promise.all(servers.map((server) => server.close({ drainTimeoutMs })));
}

/** The parent holds the other end of our standard input; when it is gone there is nobody to serve. */
function endWithParent(): void {
  process.stdin.resume();
  process.stdin.once('close', () => process.exit(0));
  process.stdin.once('end', () => process.exit(0));
}

/** Lets the process end by itself, so that what was sent last still leaves; not for longer than it takes. */
function finish(code: number): void {
  process.exitCode = code;
  process.stdin.removeAllListeners();
  process.stdin.destroy();
  setTimeout(() => process.exit(code), LAST_WORDS_MS).unref();
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
