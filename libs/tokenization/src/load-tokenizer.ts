import { readFile } from 'node:fs/promises';
import { Tokenizer as Binding } from 'tokenizers';
import { ConfigurationError } from '@app/errors';
import type { ModelDescription } from '@app/model-repository';
import { BindingTokenizer } from './binding-tokenizer.js';
import { toAdditionalSpecialTokens, toSpecialTokens } from './special-tokens.js';
import { parseTokenizerFile } from './tokenizer-file.js';
import type { Tokenizer } from './tokenizer.js';

/** Stands in a text where rows of embeddings go: one special token, once a tokenizer is loaded for them. vLLM reserves the same word. */
export const PROMPT_EMBEDS_TOKEN = '<prompt_embeds>';

export interface LoadTokenizerOptions {
  /** Adds `PROMPT_EMBEDS_TOKEN`, with an id behind the vocabulary unless the model has the word. */
  readonly promptEmbeds?: boolean | undefined;
  /** It will be given pieces, for which it needs a second copy of the vocabulary. */
  readonly encodesPieces?: boolean | undefined;
}

/** The tokenizer of a model, from its tokenizer.json and tokenizer_config.json. Throws `ConfigurationError` when they are missing or unusable. */
export async function loadTokenizer(
  model: Pick<ModelDescription, 'tokenizerFile' | 'tokenizerConfig'>,
  { promptEmbeds = false, encodesPieces = false }: LoadTokenizerOptions = {},
): Promise<Tokenizer> {
  const text = await readFile(model.tokenizerFile, 'utf8').catch((error: unknown) => {
    throw new ConfigurationError(`cannot read ${model.tokenizerFile}: ${reason(error)}`, { cause: error });
  });
  const { addedTokens, byteLevelDecoder } = parseTokenizerFile(text, model.tokenizerFile);
  const binding = parseBinding(text, model.tokenizerFile);
  const specialTokens = toSpecialTokens(model.tokenizerConfig);
  const special = new Set(addedTokens.filter((token) => token.special).map((token) => token.content));
  const named = [...Object.values(specialTokens), ...toAdditionalSpecialTokens(model.tokenizerConfig)];
  // As in transformers, a named special token is one even where tokenizer.json does not mark it.
  const unmarked = named.filter((token) => !special.has(token) && binding.tokenToId(token) !== null);
  const reserved = promptEmbeds && binding.tokenToId(PROMPT_EMBEDS_TOKEN) === null ? [PROMPT_EMBEDS_TOKEN] : [];
  binding.addSpecialTokens([...unmarked, ...reserved]);
  return BindingTokenizer.create({
    binding,
    wordsBinding: encodesPieces ? parseBinding(withoutAddedTokens(text), model.tokenizerFile) : undefined,
    byteLevelDecoder,
    specialTokens,
    specialPieces: new Set([...special, ...unmarked, ...reserved]),
    addedPieces: new Set([...addedTokens.map((token) => token.content), ...unmarked, ...reserved]),
    reservedPieces: new Set(reserved),
  });
}

function parseBinding(text: string, path: string): Binding {
  try {
    const binding = Binding.fromString(text);
    binding.disableTruncation();
    binding.disablePadding();
    return binding;
  } catch (error) {
    throw new ConfigurationError(`${path} is not a usable tokenizer: ${reason(error)}`, { cause: error });
  }
}

/** The binding always finds added tokens in a text, unless it has none. */
function withoutAddedTokens(text: string): string {
  return JSON.stringify({ ...(JSON.parse(text) as object), added_tokens: [], post_processor: null });
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
