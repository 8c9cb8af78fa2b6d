/** What parsers may know of the model whose output they read. */
export interface ParserModel {
  /** The id of a token, by its exact text; undefined: the vocabulary has none. */
  tokenId(token: string): number | undefined;
  /** Texts of the tokens that were added to the vocabulary, special ones and others. */
  readonly addedTokens: readonly string[];
  /** `response_template` of the tokenizer's configuration, as it stands there. */
  readonly responseTemplate: unknown;
}

/**
 * Whether the server asks for special tokens in the text (`skip_special_tokens: false`): always, when the request may call tools, or only if the client
 * does. The markers themselves stay in the text in any case.
 */
export type SpecialTokens = 'kept' | 'kept-with-tools' | 'as-requested';
