import { Option } from './option.decorator.js';

/** Who may use the server. */
export class AuthConfig {
  @Option({
    flag: '--api-key',
    kind: 'words',
    default: [],
    env: 'VLLM_API_KEY',
    secret: true,
    help: 'Keys that open the server, one or more; without any, everybody may use it.',
  })
  readonly apiKey!: readonly string[];

  @Option({
    flag: '--auth-scope',
    kind: 'text',
    choices: ['all', 'v1'],
    default: 'all',
    help: 'Routes that need a key. all: every route but /health, /ping and /version. v1: those of vLLM (/v1, /v2, /inference, /cohere).',
  })
  readonly authScope!: 'all' | 'v1';
}
