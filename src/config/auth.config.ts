import { Option } from './option.decorator.js';

/** Who may use the server. */
export class AuthConfig {
  @Option({
    flag: '--api-key',
    kind: 'words',
    default: [],
    env: 'VLLM_API_KEY',
    secret: true,
    help: 'Keys that open every route, one or more; without keys everybody may use the server.',
  })
  readonly apiKey!: readonly string[];

  @Option({
    flag: '--api-keys-file',
    kind: 'text',
    help: 'YAML or JSON file of keys, each with name, sha256 (printf %s "$KEY" | sha256sum), scopes and perhaps expires; read again when it changes.',
  })
  readonly apiKeysFile?: string;

  @Option({
    flag: '--auth-scope',
    kind: 'text',
    choices: ['all', 'v1'],
    default: 'all',
    help: 'Routes that need a key. all: every route but probes and /version. v1: those of vLLM (/v1, /v2, /inference, /cohere).',
  })
  readonly authScope!: 'all' | 'v1';
}
