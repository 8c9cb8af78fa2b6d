import { readFile } from 'node:fs/promises';
import { Tokenizer as Binding } from 'tokenizers';
import { ConfigurationError } from '@app/errors';
import type { ModelDescription } from '@app/model-repository';
import { BindingTokenizer } from './binding-tokenizer.js';
import { toAdditionalSpecialTokens, toSpecialTokens } from './special-tokens.js';
import { parseTokenizerFile } from './tokenizer-file.js';
import type { Tokenizer } from './tokenizer.js';

export interface LoadTokenizerOptions {
  /** It will be given pieces, for which it needs a second copy of the vocabulary. */
  readonly encodesPieces?: boolean | undefined;
}

/** The tokenizer of a model, from its tokenizer.json and tokenizer_config.json. Throws `ConfigurationError` when they are missing or unusable. */
export async function loadTokenizer(
  model: Pick<ModelDescription, 'tokenizerFile' | 'tokenizerConfig'>,
  { encodesPieces = false }: LoadTokenizerOptions = {},
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
  binding.addSpecialTokens(unmarked);
  return BindingTokenizer.create({
    binding,
    wordsBinding: encodesPieces ? parseBinding(withoutAddedTokens(text), model.tokenizerFile) : undefined,
    byteLevelDecoder,
    specialTokens,
    specialPieces: new Set([...special, ...unmarked]),
    addedPieces: new Set([...addedTokens.map((token) => token.content), ...unmarked]),
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
