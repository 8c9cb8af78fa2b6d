import { ConfigurationError } from '@app/errors';

export interface AddedTokenEntry {
  readonly id: number;
  readonly content: string;
  readonly special: boolean;
}

/** What tokenizer.json says that the binding does not tell. */
export interface TokenizerFile {
  readonly addedTokens: readonly AddedTokenEntry[];
  /** True when token texts are bytes in GPT-2's alphabet and nothing else happens on decoding. */
  readonly byteLevelDecoder: boolean;
}

/** Throws `ConfigurationError` when the text is no tokenizer.json. */
export function parseTokenizerFile(text: string, path: string): TokenizerFile {
  const file = parseJson(text, path);
  if (!isObject(file) || !isObject(file.model)) {
    throw new ConfigurationError(`${path} is not a tokenizer of the tokenizers library`);
  }
  const addedTokens: readonly unknown[] = Array.isArray(file.added_tokens) ? file.added_tokens : [];
  return { addedTokens: addedTokens.flatMap(toAddedToken), byteLevelDecoder: isByteLevel(file.decoder) };
}

function toAddedToken(entry: unknown): AddedTokenEntry[] {
  return isObject(entry) && typeof entry.id === 'number' && typeof entry.content === 'string'
    ? [{ id: entry.id, content: entry.content, special: entry.special === true }]
    : [];
}

function isByteLevel(decoder: unknown): boolean {
  if (!isObject(decoder)) {
    return false;
  }
  if (decoder.type === 'Sequence' && Array.isArray(decoder.decoders)) {
    return decoder.decoders.length === 1 && isByteLevel(decoder.decoders[0]);
  }
  return decoder.type === 'ByteLevel';
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ConfigurationError(`${path} is not JSON: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
