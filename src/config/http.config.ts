import { ArrayMaxSize, Matches, Max, Min } from 'class-validator';
import { Option } from './option.decorator.js';

/** Where the server listens and what it takes from a connection. */
export class HttpConfig {
  @Option({ flag: '--host', kind: 'text', help: 'Address to listen on; all interfaces when left out.' })
  readonly host?: string;

  @Option({
    flag: '--port',
    env: 'SAGEMAKER_BIND_TO_PORT',
    kind: 'integer',
    default: 8000,
    help: 'Port to listen on.',
    rules: [Min(0), Max(65535)],
  })
  readonly port!: number;

  @Option({ flag: '--uds', kind: 'text', help: 'Unix socket to listen on, instead of host and port.' })
  readonly uds?: string;

  @Option({
    flag: '--admin-port',
    kind: 'integer',
    help: 'Port of a second listener, for what operators do: control routes and metrics are there alone, probes on both. Keys hold there too.',
    rules: [Min(0), Max(65535)],
  })
  readonly adminPort?: number;

  @Option({ flag: '--admin-host', kind: 'text', help: 'Address of that listener; that of --host when left out.' })
  readonly adminHost?: string;

  @Option({
    flag: '--api-server-count',
    aliases: ['-asc'],
    kind: 'integer',
    default: 1,
    isNullable: true,
    help: 'API server processes that share the port and the engines; 0 = engines only, as --headless.',
    rules: [Min(0), Max(1024)],
  })
  readonly apiServerCount!: number;

  @Option({
    flag: '--root-path',
    kind: 'text',
    default: '',
    isNullable: true,
    help: 'Prefix under which a proxy serves this server, such as /api; the proxy may take it off or leave it.',
    rules: [Matches(/^(?:(?:\/[^\s/?#]+)+)?$/, { message: 'rootPath must begin with "/" and not end with it' })],
  })
  readonly rootPath!: string;

  @Option({
    flag: '--allowed-origins',
    kind: 'json-list',
    default: [],
    help: 'Origins that browsers may call from, as a JSON list; ["*"] = any. Empty: no cross-origin headers.',
    rules: [ArrayMaxSize(1000)],
  })
  readonly allowedOrigins!: readonly string[];

  @Option({ flag: '--allowed-methods', kind: 'json-list', default: ['*'], help: 'Methods that browsers may use.' })
  readonly allowedMethods!: readonly string[];

  @Option({ flag: '--allowed-headers', kind: 'json-list', default: ['*'], help: 'Headers that browsers may send.' })
  readonly allowedHeaders!: readonly string[];

  @Option({
    flag: '--allow-credentials',
    kind: 'boolean',
    default: false,
    help: 'Let browsers send credentials; not together with --allowed-origins ["*"].',
  })
  readonly allowCredentials!: boolean;

  @Option({
    flag: '--enable-request-id-headers',
    kind: 'boolean',
    default: false,
    help: 'Answer with an X-Request-Id header.',
  })
  readonly enableRequestIdHeaders!: boolean;

  @Option({
    flag: '--enable-server-load-tracking',
    kind: 'boolean',
    default: false,
    help: 'Count running requests for GET /load.',
  })
  readonly enableServerLoadTracking!: boolean;

  @Option({
    flag: '--shutdown-timeout',
    kind: 'integer',
    default: 0,
    help: 'Seconds to let running requests finish at shutdown; 0 = end them at once.',
    rules: [Min(0), Max(86_400)],
  })
  readonly shutdownTimeout!: number;

  @Option({
    flag: '--shutdown-delay',
    kind: 'integer',
    default: 0,
    help: 'Seconds between SIGTERM, when probes fail, and the end of new requests: the time that load balancers need to notice.',
    rules: [Min(0), Max(3600)],
  })
  readonly shutdownDelay!: number;

  @Option({
    flag: '--keep-alive-timeout',
    kind: 'integer',
    default: 5,
    env: 'VLLM_HTTP_TIMEOUT_KEEP_ALIVE',
    help: 'Seconds an idle connection stays open.',
    rules: [Min(1), Max(3600)],
  })
  readonly keepAliveTimeout!: number;

  @Option({
    flag: '--middleware',
    kind: 'words',
    isRepeated: true,
    default: [],
    help: 'ES module that sees every request first (./file.mjs, a package, either with #export): a function (request, response, next), or a class with such a method "use". Once for each; the last is the outermost.',
    rules: [ArrayMaxSize(100)],
  })
  readonly middleware!: readonly string[];

  @Option({
    flag: '--sse-keep-alive-interval',
    kind: 'integer',
    default: 0,
    help: 'Seconds of silence after which a stream of a chat or a completion gets a comment line; 0 = never.',
    rules: [Min(0), Max(3600)],
  })
  readonly sseKeepAliveInterval!: number;

  @Option({
    flag: '--request-timeout',
    kind: 'integer',
    default: 120,
    help: 'Seconds a client has to send a request, headers and body.',
    rules: [Min(1), Max(3600)],
  })
  readonly requestTimeout!: number;
}
