/** Names under which tokenizer_config.json gives special tokens, one each. */
const names = ['bos_token', 'eos_token', 'unk_token', 'sep_token', 'pad_token', 'cls_token', 'mask_token'] as const;

/** Named special tokens of tokenizer_config.json; each is a string or an object with `content`, null and absent ones are left out. */
export function toSpecialTokens(tokenizerConfig: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const tokens: Record<string, string> = {};
  for (const name of names) {
    const content = contentOf(tokenizerConfig[name]);
    if (content !== undefined) {
      tokens[name] = content;
    }
  }
  return tokens;
}

/** `additional_special_tokens` (since transformers 5 also `extra_special_tokens`) of tokenizer_config.json. */
export function toAdditionalSpecialTokens(tokenizerConfig: Readonly<Record<string, unknown>>): string[] {
  const lists: readonly unknown[] = [tokenizerConfig.additional_special_tokens, tokenizerConfig.extra_special_tokens];
  return lists.flatMap((list) => {
    const items: readonly unknown[] = Array.isArray(list)
      ? list
      : typeof list === 'object' && list !== null
        ? Object.values(list)
        : [];
    return items.flatMap((item) => contentOf(item) ?? []);
  });
}

function contentOf(value: unknown): string | undefined {
  const content: unknown = typeof value === 'object' && value !== null && 'content' in value ? value.content : value;
  return typeof content === 'string' && content !== '' ? content : undefined;
}
