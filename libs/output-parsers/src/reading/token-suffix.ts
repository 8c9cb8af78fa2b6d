import type { ParserModel } from '../parser-model.js';

const STRUCTURAL = /^<(?:think|tool_calls|tool_call|arg_key|arg_value)(:[^\s:>]+)?>$/;

/** What a Hunyuan checkpoint puts at the end of its markers (`:3f9c` of `<think:3f9c>`), as its vocabulary has them; empty: nothing. */
export function tokenSuffix({ addedTokens }: ParserModel): string {
  for (const token of addedTokens) {
    const found = STRUCTURAL.exec(token);
    if (found) return found.at(1) ?? '';
  }
  return '';
}
