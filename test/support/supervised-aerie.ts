import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { renameSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import * as net from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.js';

export interface SupervisedOptions {
  /** How the front end learns of its sockets: `addresses` before vLLM 0.32, `descriptors` from there on. Default: descriptors. */
  readonly form?: 'addresses' | 'descriptors';
  /** Of every socket, HTTP's too. Default: unix. */
  readonly transport?: 'unix' | 'tcp';
  /** In `--args-json`, besides the model. */
  readonly vllmArguments?: Readonly<Record<string, unknown>>;
  /** Further flags. */
  readonly flags?: readonly string[];
  /** A launcher of its own, which a test may kill: a shell. */
  readonly throughShell?: boolean;
}

const MODELS = join(process.cwd(), 'libs/tokenization/fixtures');
const CLI = join(process.cwd(), 'dist/apps/cli/src/main.js');

/** Where clients connect. */
type HttpPlace = { readonly host: string; readonly port: number } | { readonly socketPath: string };

/** The built `aerie frontend` as `vllm serve` starts it; this process is the launcher, and brings the engines too. */
export class SupervisedAerie {
  private written = '';
  private readonly listeners = new Set<() => void>();
  /** Exit status, once everything it wrote has been read. */
  readonly exited: Promise<number | null>;

  private constructor(
    readonly child: ChildProcess,
    private readonly http: HttpPlace,
    /** Where engines connect. */
    readonly addresses: { readonly input: string; readonly output: string },
    private readonly directory: string,
  ) {
    this.exited = once(child, 'close').then(() => child.exitCode);
    const read = (piece: Buffer): void => {
      this.written += piece.toString();
      this.listeners.forEach((listener) => listener());
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
  }

  static async launch(options: SupervisedOptions = {}): Promise<SupervisedAerie> {
    const { form = 'descriptors', transport = 'unix', vllmArguments = {}, flags = [], throughShell = false } = options;
    const directory = await mkdtemp(join(tmpdir(), 'aerie-'));
    const http = boundSocket(transport, join(directory, 'http'));
    const [input, output] =
      form === 'descriptors'
        ? [
            await listeningSocket(transport, join(directory, 'i')),
            await listeningSocket(transport, join(directory, 'o')),
          ]
        : [await addressOnly(transport, join(directory, 'i')), await addressOnly(transport, join(directory, 'o'))];
    const inherited = [http.fd, ...(form === 'descriptors' ? [input.fd, output.fd] : [])];
    const where =
      form === 'descriptors'
        ? ['--input-listener-fd', '4', '--output-listener-fd', '5']
        : ['--input-address', input.address, '--output-address', output.address];
    const command = [
      ...[process.execPath, CLI, 'frontend', '--listen-fd', '3', ...where, '--engine-count', '1', ...flags],
      ...['--args-json', JSON.stringify({ model: 'tiny-chat', model_tag: 'tiny-chat', ...vllmArguments })],
    ];
    const shell = throughShell ? ['/bin/sh', '-c', '"$@" & echo "pid $!"; wait', 'sh'] : [];
    const [program = '', ...args] = [...shell, ...command];
    const child = spawn(program, args, { cwd: MODELS, stdio: ['ignore', 'pipe', 'pipe', ...inherited] });
    [http, input, output].forEach((socket) => socket.letGo());
    const addresses = { input: input.address, output: output.address };
    return new SupervisedAerie(child, http.place, addresses, directory);
  }

  /** Resolves when it has written this; rejects when it ends first. */
  said(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (!this.written.includes(text)) return;
        this.listeners.delete(look);
        resolve();
      };
      this.listeners.add(look);
      look();
      void this.exited.then(() => reject(new Error(`ended before it said "${text}":\n${this.written}`)));
    });
  }

  ready(): Promise<void> {
    return this.said('Aerie is ready');
  }

  /** Everything the process has written so far. */
  get output(): string {
    return this.written;
  }

  /** An answer as it begins. Rejects when nobody listens. */
  async ask(path: string, body?: object, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const json = body === undefined ? undefined : JSON.stringify(body);
    const asked = request({
      ...this.http,
      path,
      agent: false,
      method: json === undefined ? 'GET' : 'POST',
      headers: { ...(json === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    });
    const [response] = (await once(asked.end(json), 'response')) as [IncomingMessage];
    return { status: response.statusCode ?? 0, text: () => textOf(response) };
  }

  /** Ends it, whatever it does, and what it left. */
  async remove(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
    await rm(this.directory, { recursive: true });
  }
}

interface Answer {
  readonly status: number;
  readonly text: () => Promise<string>;
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of response.setEncoding('utf8')) text += String(piece);
  return text;
}

/** A socket of the launcher. `letGo`: it is the front end's now, this process must not accept on it. */
interface LaunchedSocket {
  readonly fd: number;
  readonly address: string;
  readonly letGo: () => void;
}

/** The part of Node's own handles that makes a socket which is bound and does not listen. Node's cluster module lives by it. */
const { _createServerHandle: createServerHandle } = net as unknown as {
  readonly _createServerHandle: (address: string, port: number, addressType: 4 | -1) => ServerHandle;
};

interface ServerHandle {
  readonly fd: number;
  getsockname(name: object): void;
  close(): void;
}

function boundSocket(
  transport: 'unix' | 'tcp',
  path: string,
): Omit<LaunchedSocket, 'address'> & { readonly place: HttpPlace } {
  if (transport === 'tcp') {
    const handle = createServerHandle('127.0.0.1', 0, 4);
    const name = { port: 0 };
    handle.getsockname(name);
    return { fd: handle.fd, letGo: () => handle.close(), place: { host: '127.0.0.1', port: name.port } };
  }
  const handle = createServerHandle(`${path}.new`, -1, -1);
  renameSync(`${path}.new`, path);
  return { fd: handle.fd, letGo: () => handle.close(), place: { socketPath: path } };
}

async function listeningSocket(transport: 'unix' | 'tcp', path: string): Promise<LaunchedSocket> {
  const server = net.createServer();
  server.listen(transport === 'tcp' ? { host: '127.0.0.1', port: 0 } : { path: `${path}.new` });
  await once(server, 'listening');
  // Node removes the file of a socket that it closes, under the name that it gave it.
  if (transport === 'unix') renameSync(`${path}.new`, path);
  const { _handle: handle } = server as unknown as { readonly _handle: ServerHandle };
  const address = transport === 'tcp' ? `tcp://127.0.0.1:${(server.address() as AddressInfo).port}` : `ipc://${path}`;
  return { fd: handle.fd, address, letGo: () => void server.close() };
}

async function addressOnly(transport: 'unix' | 'tcp', path: string): Promise<LaunchedSocket> {
  const address = transport === 'tcp' ? `tcp://127.0.0.1:${await freePort()}` : `ipc://${path}`;
  return { fd: -1, address, letGo: () => undefined };
}
