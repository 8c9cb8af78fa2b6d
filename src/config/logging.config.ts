import { Max, Min } from 'class-validator';
import { Option } from './option.decorator.js';

/** What the server says about itself. */
export class LoggingConfig {
  @Option({
    flag: '--log-level',
    kind: 'text',
    choices: ['debug', 'info', 'warn', 'error', 'silent'],
    // vLLM's words.
    synonyms: { warning: 'warn', critical: 'error', notset: 'debug' },
    default: 'info',
    env: 'VLLM_LOGGING_LEVEL',
    isNullable: true,
    help: 'Least severe lines that are written.',
  })
  readonly logLevel!: 'debug' | 'info' | 'warn' | 'error' | 'silent';

  @Option({
    flag: '--log-format',
    kind: 'text',
    choices: ['text', 'json'],
    default: 'text',
    help: 'Readable lines, or one JSON object a line.',
  })
  readonly logFormat!: 'text' | 'json';

  @Option({
    flag: '--disable-uvicorn-access-log',
    kind: 'boolean',
    default: false,
    help: 'No line per request.',
  })
  readonly disableUvicornAccessLog!: boolean;

  @Option({
    flag: '--disable-access-log-for-endpoints',
    kind: 'text',
    default: '',
    isNullable: true,
    help: 'Paths without a line per request, separated by commas.',
  })
  readonly disableAccessLogForEndpoints!: string;

  @Option({
    flag: '--uvicorn-log-level',
    kind: 'text',
    choices: ['critical', 'error', 'warning', 'info', 'debug', 'trace'],
    default: 'info',
    help: 'Of the lines per request, which are at level info: above it there are none.',
  })
  readonly uvicornLogLevel!: 'critical' | 'error' | 'warning' | 'info' | 'debug' | 'trace';

  @Option({
    flag: '--enable-log-requests',
    kind: 'boolean',
    default: false,
    help: 'A line for each request to the engine, with its parameters; at level debug its prompt and its body too.',
  })
  readonly enableLogRequests!: boolean;

  @Option({
    flag: '--enable-log-outputs',
    kind: 'boolean',
    default: false,
    help: 'What the model writes, too; needs --enable-log-requests.',
  })
  readonly enableLogOutputs!: boolean;

  @Option({
    flag: '--enable-log-deltas',
    kind: 'boolean',
    default: true,
    help: 'Of streams, every piece as well as the whole.',
  })
  readonly enableLogDeltas!: boolean;

  @Option({
    flag: '--max-log-len',
    kind: 'integer',
    help: 'Characters of a text, and ids of a list, that a line shows; 65536 when left out.',
    rules: [Min(0), Max(10_000_000)],
  })
  readonly maxLogLen?: number;

  @Option({
    flag: '--request-body-log-level',
    kind: 'text',
    choices: ['debug', 'info', 'warn', 'error'],
    synonyms: { warning: 'warn', critical: 'error', notset: 'debug' },
    default: 'debug',
    env: 'VLLM_REQUEST_BODY_LOG_LEVEL',
    help: 'Level of the lines with the JSON body of a request; needs --enable-log-requests.',
  })
  readonly requestBodyLogLevel!: 'debug' | 'info' | 'warn' | 'error';

  @Option({
    flag: '--log-response-bodies',
    kind: 'boolean',
    default: false,
    env: 'VLLM_DEBUG_LOG_API_SERVER_RESPONSE',
    help: 'The beginning of every answer in the log; for debugging.',
  })
  readonly logResponseBodies!: boolean;

  @Option({
    flag: '--log-error-stack',
    kind: 'boolean',
    default: false,
    help: 'Where in the server an answer with an error comes from, in the log; always with --server-dev-mode.',
  })
  readonly logErrorStack!: boolean;

  @Option({
    flag: '--log-stats-interval',
    kind: 'number',
    default: 10,
    env: 'VLLM_LOG_STATS_INTERVAL',
    help: 'Seconds between the lines with throughput and load of the engines; there are none with --disable-log-stats.',
    rules: [Min(0.1), Max(86_400)],
  })
  readonly logStatsInterval!: number;

  @Option({
    flag: '--aggregate-engine-logging',
    kind: 'boolean',
    default: false,
    help: 'One such line for all engines, not one each.',
  })
  readonly aggregateEngineLogging!: boolean;
}
