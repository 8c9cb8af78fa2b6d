import { parseArgs } from 'node:util';
import { isOpenSocket } from '@server/bootstrap/inherited-socket';
import { ConfigProblemsError } from '@server/config/index';
import type { SocketSource } from '@server/engine/join-engines';

/** What `vllm serve` tells the front end that it supervises (engine protocol §2.5). */
export interface FrontendOptions {
  /** HTTP socket: bound, not listening. */
  readonly listenFd: number;
  readonly input: SocketSource;
  readonly output: SocketSource;
  /** Global rank of the first engine. */
  readonly engineStartIndex: number;
  readonly engineCount: number;
  readonly grpcListenFd: number | undefined;
  readonly coordinatorAddress: string | undefined;
  /** Arguments of `vllm serve` by their Python names. */
  readonly vllmArguments: Readonly<Record<string, unknown>>;
}

const FLAGS = [
  'listen-fd',
  'input-address',
  'output-address',
  'input-listener-fd',
  'output-listener-fd',
  'engine-start-index',
  'engine-count',
  'data-parallel-size',
  'grpc-listen-fd',
  'coordinator-address',
  'args-json',
] as const;

type Flag = (typeof FLAGS)[number];

const MAX_FD = 2 ** 31 - 1;
/** Ranks are two bytes on the wire. */
const MAX_ENGINES = 2 ** 16;

/**
 * Reads the flags of every release that has such a front end. Throws `ConfigProblemsError` with everything that is wrong, each by its flag.
 * `isSocket` tells whether a descriptor is an open socket.
 */
export function readFrontendOptions(
  argv: readonly string[],
  isSocket: (fd: number) => boolean = isOpenSocket,
): FrontendOptions {
  const problems: string[] = [];
  const texts = readTexts(argv, problems);
  const listenFd = required('listen-fd', socket('listen-fd'));
  const input = socketSource('input');
  const output = socketSource('output');
  const engineStartIndex = number('engine-start-index', [0, MAX_ENGINES - 1]) ?? 0;
  const engineCount = required('engine-count', number('engine-count', [1, MAX_ENGINES - engineStartIndex]));
  const grpcListenFd = number('grpc-listen-fd', [0, MAX_FD]);
  const coordinatorAddress = address('coordinator-address');
  // Of the whole deployment: this front end needs no more than its own ranks.
  number('data-parallel-size', [1, MAX_ENGINES]);
  const vllmArguments = jsonObject('args-json');
  checkDescriptors();
  if (
    problems.length > 0 ||
    listenFd === undefined ||
    input === undefined ||
    output === undefined ||
    engineCount === undefined
  ) {
    throw new ConfigProblemsError(problems);
  }
  return { listenFd, input, output, engineStartIndex, engineCount, grpcListenFd, coordinatorAddress, vllmArguments };

  function number(flag: Flag, [least, most]: readonly [number, number]): number | undefined {
    const text = texts.get(flag);
    if (text === undefined) return undefined;
    const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    problems.push(`--${flag}: expected an integer from ${least} to ${most}, got ${JSON.stringify(text)}`);
    return undefined;
  }

  function socket(flag: Flag): number | undefined {
    const fd = number(flag, [0, MAX_FD]);
    if (fd === undefined || isSocket(fd)) return fd;
    problems.push(`--${flag}: descriptor ${fd} is no open socket`);
    return undefined;
  }

  function required<T>(flag: Flag, value: T | undefined): T | undefined {
    if (!texts.has(flag)) problems.push(`--${flag} is missing`);
    return value;
  }

  function address(flag: Flag): string | undefined {
    const text = texts.get(flag);
    if (text === undefined || /^(tcp|ipc):\/\/./.test(text)) return text;
    problems.push(`--${flag}: expected a tcp:// or ipc:// address, got ${JSON.stringify(text)}`);
    return undefined;
  }

  /** Releases before 0.32 name an address to bind, later ones hand down a socket. */
  function socketSource(side: 'input' | 'output'): SocketSource | undefined {
    const [byAddress, byFd] = [`${side}-address`, `${side}-listener-fd`] as const;
    if (texts.has(byAddress) === texts.has(byFd)) {
      const problem = texts.has(byFd) ? 'exclude each other' : 'are missing: one of them is needed';
      problems.push(`--${byAddress} and --${byFd} ${problem}`);
      return undefined;
    }
    const bindAddress = address(byAddress);
    const fd = socket(byFd);
    if (fd !== undefined) return { fd };
    return bindAddress === undefined ? undefined : { address: bindAddress };
  }

  /** Its text is never repeated: there are keys in it. */
  function jsonObject(flag: Flag): Readonly<Record<string, unknown>> {
    const text = texts.get(flag);
    if (text === undefined) {
      problems.push(`--${flag} is missing`);
      return {};
    }
    const value = parseJson(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      problems.push(`--${flag}: expected a JSON object`);
      return {};
    }
    return value as Readonly<Record<string, unknown>>;
  }

  /** Two of ours on one socket would take each other's connections. */
  function checkDescriptors(): void {
    const flagOf = new Map<number, Flag>();
    for (const flag of FLAGS.filter((candidate) => candidate.endsWith('-fd'))) {
      const fd = Number(texts.get(flag) ?? NaN);
      const other = flagOf.get(fd);
      if (other !== undefined) problems.push(`--${other} and --${flag} name the same descriptor, ${fd}`);
      if (!Number.isNaN(fd)) flagOf.set(fd, flag);
    }
  }
}

/** The last value of each flag; all take one. */
function readTexts(argv: readonly string[], problems: string[]): ReadonlyMap<Flag, string> {
  const texts = new Map<Flag, string>();
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(FLAGS.map((flag) => [flag, { type: 'string' }])),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind !== 'option') {
      if (token.kind === 'positional') problems.push(`unexpected argument ${JSON.stringify(token.value)}`);
      continue;
    }
    const flag = FLAGS.find((candidate) => candidate === token.name);
    if (flag === undefined) problems.push(`unrecognized argument ${token.rawName}`);
    else if (token.value === undefined) problems.push(`--${flag}: expected a value`);
    else texts.set(flag, token.value);
  }
  return texts;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
