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
}
