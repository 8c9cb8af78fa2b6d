import type { ModelDescription } from '@app/model-repository';

/** Names of files on this host are nobody's business. */
const HIDDEN: ReadonlySet<string> = new Set(['vocab_file', 'merges_file']);

/** Body of `GET /tokenizer_info`: the tokenizer's configuration, and the chat template in use (other-endpoints.md §6). */
export function toTokenizerInfo(
  { tokenizerConfig, chatTemplate }: Pick<ModelDescription, 'tokenizerConfig' | 'chatTemplate'>,
  serverTemplate: string | undefined,
): Readonly<Record<string, unknown>> {
  const shown = Object.entries(tokenizerConfig).filter(([name]) => !HIDDEN.has(name));
  return {
    ...Object.fromEntries(shown.map(([name, value]) => [name, plain(value)])),
    chat_template: serverTemplate ?? chatTemplate ?? null,
  };
}

/** Added tokens are objects in the file; their text is what a client wants. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value;
  if ('content' in value && typeof value.content === 'string') return value.content;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]));
}
