import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '@app/logging';
import { CompiledScripts } from '@testing/engine-client';
import { ManagedEngineProcess } from './managed-engine-process.js';
import type { ManagedEngineProcessOptions } from './managed-engine-process.js';

const started: ManagedEngineProcess[] = [];

function start(program: string, options: Partial<ManagedEngineProcessOptions> = {}): ManagedEngineProcess {
  const child = ManagedEngineProcess.start({
    name: 'engine core 0',
    command: process.execPath,
    args: ['-e', program],
    ...options,
  });
  started.push(child);
  return child;
}

/** Starts it and waits for its first line. */
async function startAndHear(program: string, options: Partial<ManagedEngineProcessOptions> = {}) {
  let child!: ManagedEngineProcess;
  const line = await new Promise<string>((resolve) => {
    child = start(program, { ...options, onLine: resolve });
  });
  return { child, line };
}

const FOREVER = 'setInterval(() => {}, 1000);';

afterEach(async () => {
  await Promise.all(started.splice(0).map((child) => child.stop(0)));
});

describe('ManagedEngineProcess', () => {
  it('tells how the child ended and what it said last', async () => {
    const child = start(
      'for (let i = 1; i <= 25; i++) console.error("line", i); process.stderr.write("no end"); process.exitCode = 7;',
    );
    expect(await child.exited).toEqual({ type: 'exit', code: 7 });
    const tail = [...Array.from({ length: 19 }, (_, index) => `line ${index + 7}`), 'no end'].join('\n');
    expect(child.stderrTail).toBe(tail);
    expect(child.obituary).toBe(`engine core 0 exited with code 7; its last lines:\n${tail}`);
    expect(child.exit).toEqual({ type: 'exit', code: 7 });
  });

  it('sees a SIGKILL', async () => {
    const { child } = await startAndHear(`console.log("up"); ${FOREVER}`);
    expect(child.exit).toBeUndefined();
    process.kill(child.pid!, 'SIGKILL');
    expect(await child.exited).toEqual({ type: 'signal', signal: 'SIGKILL' });
    expect(child.obituary).toBe('engine core 0 was ended by SIGKILL');
  });

  it('reports a command that is not there', async () => {
    const child = start('', { command: '/no/such/engine' });
    expect(await child.exited).toEqual({ type: 'not-started', message: 'spawn /no/such/engine ENOENT' });
    expect(await child.stop()).toEqual(child.exit);
  });

  it('passes lines of both streams on, to the logger with the name', async () => {
    const logged: string[] = [];
    const heard: string[] = [];
    const logger = createLogger({ destination: { write: (line) => void logged.push(line.slice(13).trimEnd()) } });
    const child = start('console.log("one"); console.error("\\u001b[31mtwo\\u001b[0m\\rthree")', {
      logger,
      onLine: (line, stream) => heard.push(`${stream} ${line}`),
    });
    await child.exited;
    expect(heard.sort()).toEqual(['stderr three', 'stderr two', 'stdout one']);
    expect(logged.sort()).toEqual(['one', 'three', 'two'].map((line) => `info  engine core 0: ${line}`));
  });

  it('lets the child know its parent', async () => {
    const { line } = await startAndHear('console.log(process.env.AERIE_PARENT_PID, process.env.EXTRA)', {
      env: { EXTRA: 'more' },
    });
    expect(line).toBe(`${process.pid} more`);
  });

  it('asks the child to stop', async () => {
    const { child } = await startAndHear(`process.on("SIGTERM", () => process.exit(4)); console.log("up"); ${FOREVER}`);
    expect(await child.stop()).toEqual({ type: 'exit', code: 4 });
  });

  it('kills a child that does not stop', async () => {
    const { child } = await startAndHear(`process.on("SIGTERM", () => {}); console.log("up"); ${FOREVER}`);
    expect(await child.stop(1)).toEqual({ type: 'signal', signal: 'SIGKILL' });
  });

  it('takes the workers of a launcher along, even when it was killed', async () => {
    const tether = await Tether.open();
    const worker = JSON.stringify(tether.program);
    const child = start(
      `require("node:child_process").spawn(process.execPath, ["-e", ${worker}], { stdio: "inherit" });`,
    );
    const ended = await tether.connected();
    process.kill(child.pid!, 'SIGKILL');
    await child.exited;
    await ended();
    tether.close();
  });
});

describe('a managed child whose parent ends', { timeout: 30_000 }, () => {
  let scripts: CompiledScripts;

  beforeAll(async () => {
    scripts = await CompiledScripts.compile();
  }, 30_000);

  afterAll(() => scripts.remove());

  it.each([
    ['by process.exit', 'exit', 3],
    ['by an uncaught error', 'throw', 1],
  ])('%s is killed', async (_, end, code) => {
    const tether = await Tether.open();
    const parent = startParent(end, tether.program);
    const ended = await tether.connected();
    expect(await once(parent, 'exit')).toEqual([code, null]);
    await ended();
    tether.close();
  });

  it('by SIGKILL notices the end of its standard input', async () => {
    const tether = await Tether.open();
    const parent = startParent('wait', `${tether.program} process.stdin.on("end", () => process.exit()).resume();`);
    const ended = await tether.connected();
    parent.kill('SIGKILL');
    await ended();
    tether.close();
  });

  function startParent(end: string, program: string) {
    return spawn(process.execPath, [scripts.path('parent'), end, program], { stdio: 'ignore' });
  }
});

/** A connection a process of the test holds open: it ends when the process does, however that comes about. */
class Tether {
  private constructor(private readonly server: Server) {}

  static async open(): Promise<Tether> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Tether(server);
  }

  /** Program text that connects, says so in a line, and then stays. */
  get program(): string {
    const { port } = this.server.address() as AddressInfo;
    return `require("node:net").connect(${port}, "127.0.0.1", () => console.log("up")); ${FOREVER}`;
  }

  /** Resolves when the process has connected, to a function that waits until it is gone. */
  async connected(): Promise<() => Promise<unknown>> {
    const [socket] = (await once(this.server, 'connection')) as [Socket];
    socket.on('error', () => undefined).resume();
    const closed = once(socket, 'close');
    return () => closed;
  }

  close(): void {
    this.server.close();
  }
}
