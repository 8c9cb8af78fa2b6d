import { Min } from 'class-validator';
import { Option } from './option.decorator.js';

/** Which model is served, and under which names. */
export class ModelConfig {
  @Option({
    flag: undefined,
    kind: 'text',
    default: 'aerie-demo',
    env: 'AERIE_MODEL',
    help: 'Folder of a model, or the name of a shipped one.',
  })
  readonly model!: string;

  @Option({
    flag: '--tokenizer',
    kind: 'text',
    help: "Folder of the tokenizer and the chat template. Default: the model's.",
  })
  readonly tokenizer?: string;

  @Option({
    flag: '--hf-config-path',
    kind: 'text',
    help: "Folder of config.json. Default: the model's. The engines need the same flag; not for the onnx engine.",
  })
  readonly hfConfigPath?: string;

  @Option({
    flag: '--hf-overrides',
    kind: 'json',
    default: {},
    isNullable: true,
    help: 'Members put over those of config.json, as a JSON object. The engines need the same flag; not for the onnx engine.',
  })
  readonly hfOverrides!: Readonly<Record<string, unknown>>;

  @Option({
    flag: '--served-model-name',
    kind: 'words',
    default: [],
    help: 'Names that requests may use; the first stands in answers and metrics. Default: the model as given.',
  })
  readonly servedModelName!: readonly string[];

  @Option({
    flag: '--skip-model-name-validation',
    kind: 'boolean',
    default: false,
    env: 'VLLM_SKIP_MODEL_NAME_VALIDATION',
    help: 'Take any name that requests give as that of the model.',
  })
  readonly skipModelNameValidation!: boolean;

  @Option({
    flag: '--max-model-len',
    kind: 'human-integer',
    words: { auto: -1 },
    help: "Longest context in tokens, prompt and answer together. Default: the model's own.",
    rules: [Min(-1)],
  })
  readonly maxModelLen?: number;

  @Option({
    flag: '--allow-long-max-model-len',
    kind: 'boolean',
    default: false,
    env: 'VLLM_ALLOW_LONG_MAX_MODEL_LEN',
    help: 'Let --max-model-len exceed what the model was trained for; not for the onnx engine.',
  })
  readonly allowLongMaxModelLen!: boolean;

  @Option({
    flag: '--skip-tokenizer-init',
    kind: 'boolean',
    default: false,
    help: 'Load no tokenizer: requests bring token ids.',
  })
  readonly skipTokenizerInit!: boolean;

  @Option({
    flag: '--enable-prompt-embeds',
    kind: 'boolean',
    default: false,
    help: 'Accept embeddings instead of text in prompts (prompt_embeds). The engines need the same flag; not for the onnx engine.',
  })
  readonly enablePromptEmbeds!: boolean;

  @Option({
    flag: '--generation-config',
    kind: 'text',
    default: 'auto',
    help: "Sampling defaults. auto: the model's generation_config.json; vllm: none; else a folder that holds such a file.",
  })
  readonly generationConfig!: string;

  @Option({
    flag: '--override-generation-config',
    kind: 'json',
    default: {},
    help: 'Sampling defaults that win over the file, as a JSON object.',
  })
  readonly overrideGenerationConfig!: Readonly<Record<string, unknown>>;
}
