import { Option } from './option.decorator.js';

/** Routes that are closed unless the operator opens them. */
export class RoutesConfig {
  @Option({
    flag: '--enable-scale-out',
    kind: 'boolean',
    default: false,
    help: 'Serve rendering, token generation and derendering as routes of their own (/render, /derender, /inference/v1).',
  })
  readonly enableScaleOut!: boolean;

  @Option({
    flag: '--tokens-only',
    kind: 'boolean',
    default: false,
    help: 'Serve token ids in, token ids out, without a tokenizer; opens the scale-out routes.',
  })
  readonly tokensOnly!: boolean;

  @Option({
    flag: '--enable-tokenizer-info-endpoint',
    kind: 'boolean',
    default: false,
    help: 'Serve GET /tokenizer_info: the configuration of the tokenizer and the chat template.',
  })
  readonly enableTokenizerInfoEndpoint!: boolean;

  @Option({
    flag: '--disable-fastapi-docs',
    kind: 'boolean',
    default: false,
    help: 'Do not serve /openapi.json, nor the pages that show it: /docs and /redoc.',
  })
  readonly disableFastapiDocs!: boolean;

  @Option({
    flag: '--enable-offline-docs',
    kind: 'boolean',
    default: false,
    help: 'Serve what /docs needs from this server (/static) instead of a public network; /redoc is not served then.',
  })
  readonly enableOfflineDocs!: boolean;

  @Option({
    flag: '--allow-runtime-lora-updating',
    kind: 'boolean',
    default: false,
    env: 'VLLM_ALLOW_RUNTIME_LORA_UPDATING',
    help: 'Serve POST /v1/load_lora_adapter and /v1/unload_lora_adapter: whoever may call them names what the engines load.',
  })
  readonly allowRuntimeLoraUpdating!: boolean;

  @Option({
    flag: '--server-dev-mode',
    kind: 'boolean',
    default: false,
    env: 'VLLM_SERVER_DEV_MODE',
    help: 'Serve the control routes for development and RLHF: sleep, pause, caches, weights, calls of the workers, server_info. Not for production.',
  })
  readonly serverDevMode!: boolean;

  @Option({
    flag: '--profiler-config',
    kind: 'json',
    default: {},
    help: 'As for vLLM, whose engines need the same. With a "profiler" of torch or cuda, POST /start_profile and /stop_profile are served.',
  })
  readonly profilerConfig!: Readonly<Record<string, unknown>>;

  @Option({
    flag: '--enable-fault-tolerance',
    kind: 'boolean',
    default: false,
    help: 'Serve /fault_tolerance/status and /apply: the engines were started with the same flag (vLLM 0.27 and later) and outlive faults of their workers.',
  })
  readonly enableFaultTolerance!: boolean;
}
