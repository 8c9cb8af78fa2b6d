/** What a model's folder says about it. Everything is read once, at start. */
export interface ModelDescription {
  /** As given: a folder, or the name of a shipped model. */
  readonly name: string;
  /** Absolute folder. */
  readonly directory: string;
  /** config.json */
  readonly config: Readonly<Record<string, unknown>>;
  /** Size of the logits, from config.json; may exceed the tokenizer's vocabulary. */
  readonly vocabularySize: number;
  /** Values per token embedding; undefined when config.json does not say. */
  readonly hiddenSize: number | undefined;
  /** Some layers choose among experts: its data-parallel engines step together. */
  readonly mixtureOfExperts: boolean;
  /** Longest context the model was made for, in tokens. */
  readonly maxPositionEmbeddings: number;
  /** tokenizer_config.json, `{}` when absent. */
  readonly tokenizerConfig: Readonly<Record<string, unknown>>;
  /** Path of tokenizer.json. */
  readonly tokenizerFile: string;
  readonly generation: GenerationDefaults;
  /** Chat template: one source, or several by name; undefined when the model has none. From chat_template.jinja(.json) or tokenizer_config.json. */
  readonly chatTemplate: string | Readonly<Record<string, string>> | undefined;
  /** ONNX files found, relative to `directory`, best first; empty for a model that only other engines serve. */
  readonly onnxFiles: readonly string[];
}

/** generation_config.json. */
export interface GenerationDefaults {
  /** Every EOS id it lists. */
  readonly eosTokenIds: readonly number[];
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
  readonly topK?: number | undefined;
  readonly minP?: number | undefined;
  readonly repetitionPenalty?: number | undefined;
  readonly maxNewTokens?: number | undefined;
}
