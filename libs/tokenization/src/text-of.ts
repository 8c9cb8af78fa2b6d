import type { EncodableText } from './tokenizer.js';

/** The text as it stands; in that of pieces, tokens and words that look like them can no longer be told apart. */
export function textOf(text: EncodableText): string {
  if (typeof text === 'string') return text;
  return text.map((piece) => ('token' in piece ? piece.token : piece.text)).join('');
}
