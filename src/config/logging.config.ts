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
}
