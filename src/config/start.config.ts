import { Option } from './option.decorator.js';

/** How strict the start is. */
export class StartConfig {
  @Option({
    flag: '--fail-on-environ-validation',
    kind: 'boolean',
    default: false,
    help: 'Do not start with variables VLLM_… or AERIE_… that nobody knows, instead of warning of them.',
  })
  readonly failOnEnvironValidation!: boolean;
}
