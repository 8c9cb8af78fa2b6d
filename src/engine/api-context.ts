/** What decides which API families this server has. */
export interface ApiContext {
  /** From the engine: `generate`, `embed`, … */
  readonly tasks: ReadonlySet<string>;
  /** The model can turn text into token ids and back. */
  readonly hasTokenizer: boolean;
  /** `--enable-tokenizer-info-endpoint` */
  readonly showsTokenizerInfo: boolean;
}
