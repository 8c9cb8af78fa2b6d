import type { EngineServer } from '@app/engine-server';
import { readOptions } from './engine-core.options.js';
import { startEngineCore } from './start-engine-core.js';

/** Time for the last messages to leave, and for a run that cannot be stopped. */
const LAST_WORDS_MS = 5_000;

let server: EngineServer | undefined;
let isStopping = false;
let shutdownTimeoutMs = 0;

process.on('SIGTERM', stop);
process.on('SIGINT', stop);
if (process.env.AERIE_PARENT_PID !== undefined) {
  // The parent holds the other end of our standard input; when it is gone there is nobody to serve.
  process.stdin.resume();
  process.stdin.once('close', () => process.exit(0));
  process.stdin.once('end', () => process.exit(0));
}

try {
  const options = readOptions(process.argv.slice(2));
  process.title = `aerie: engine core ${options.rank}`;
  ({ shutdownTimeoutMs } = options);
  server = await startEngineCore(options, say);
  const deathReason = await server.ended;
  if (deathReason !== undefined) {
    say(`the engine died: ${deathReason}`);
  }
  finish(deathReason === undefined ? 0 : 1);
} catch (error) {
  say(`error: ${error instanceof Error ? error.message : String(error)}`);
  finish(1);
}

/** The first signal ends what runs, with an answer for everybody; a second one, or one before there is anything to end, ends the process. */
function stop(): void {
  if (server === undefined || isStopping) {
    process.exit(0);
  }
  isStopping = true;
  void server.close({ drainTimeoutMs: shutdownTimeoutMs });
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
