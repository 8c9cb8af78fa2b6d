import { reasoningParsers, toolParsers } from '@app/output-parsers';
import type { ParsersConfig } from './parsers.config.js';

/** Parsers that are missing, or that nobody knows. */
export function parserProblems(parsers: ParsersConfig): string[] {
  const isMissing = parsers.enableAutoToolChoice && parsers.toolCallParser === undefined;
  return [
    ...(isMissing ? ['Error: --enable-auto-tool-choice requires --tool-call-parser'] : []),
    ...unknownParsers(parsers),
  ];
}

/** In vLLM's words. As there, a tool parser that is not enabled is not looked at, and `none` is no reasoning parser. */
function unknownParsers({ enableAutoToolChoice, toolCallParser, reasoningParser }: ParsersConfig): string[] {
  const problems: string[] = [];
  const check = (kind: string, name: string | undefined, { names }: { readonly names: readonly string[] }) => {
    if (name === undefined || names.includes(name)) return;
    problems.push(`invalid ${kind}: ${name} (chose from { ${names.join(',')} })`);
  };
  check('tool call parser', enableAutoToolChoice ? toolCallParser : undefined, toolParsers);
  check('reasoning parser', reasoningParser?.toLowerCase() === 'none' ? undefined : reasoningParser, reasoningParsers);
  return problems;
}
