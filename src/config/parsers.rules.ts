import { reasoningParsers, toolParsers } from '@app/output-parsers';
import type { ParsersConfig } from './parsers.config.js';

/** Parsers that are missing, or that nobody knows. */
export function parserProblems(parsers: ParsersConfig): string[] {
  const isMissing = parsers.enableAutoToolChoice && parsers.toolCallParser === undefined;
  return [
    ...(isMissing ? ['Error: --enable-auto-tool-choice requires --tool-call-parser'] : []),
    ...unknownParsers(parsers),
    ...pythonPlugins(parsers),
  ];
}

/** Scripts for vLLM may name some. */
function pythonPlugins({ toolParserPlugin, reasoningParserPlugin }: ParsersConfig): string[] {
  const plugins = { '--tool-parser-plugin': toolParserPlugin, '--reasoning-parser-plugin': reasoningParserPlugin };
  return Object.entries(plugins)
    .filter(([, file]) => file?.endsWith('.py'))
    .map(([flag, file]) => `${flag} ${file}: parsers written in Python cannot be loaded; write an ES module (.mjs)`);
}

/** In vLLM's words. As there, a tool parser that is not enabled is not looked at, and `none` is no reasoning parser. What a plug-in brings is not known yet. */
function unknownParsers(parsers: ParsersConfig): string[] {
  const { enableAutoToolChoice, toolCallParser, reasoningParser, toolParserPlugin, reasoningParserPlugin } = parsers;
  const problems: string[] = [];
  const check = (kind: string, name: string | undefined, { names }: { readonly names: readonly string[] }) => {
    if (name === undefined || name === 'auto' || names.includes(name)) return;
    problems.push(`invalid ${kind}: ${name} (chose from { ${names.join(',')} })`);
  };
  check('tool call parser', enableAutoToolChoice && !toolParserPlugin ? toolCallParser : undefined, toolParsers);
  check(
    'reasoning parser',
    reasoningParserPlugin || reasoningParser?.toLowerCase() === 'none' ? undefined : reasoningParser,
    reasoningParsers,
  );
  return problems;
}
