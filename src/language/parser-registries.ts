import { reasoningParsers, toolParsers, toReasoningParsers, toToolParsers } from '@app/output-parsers';
import type { ParserRegistry, ReasoningParserDefinition, ToolParserDefinition } from '@app/output-parsers';
import { loadModule } from '@server/config/index';
import type { ServerConfig } from '@server/config/index';

/** Every parser that the operator may choose. */
export interface ParserRegistries {
  readonly tool: ParserRegistry<ToolParserDefinition>;
  readonly reasoning: ParserRegistry<ReasoningParserDefinition>;
}

/** The parsers of this server and those of the operator's plug-ins. Throws `ConfigurationError` for a plug-in that has none, or wrong ones. */
export async function loadParserRegistries({
  toolParserPlugin,
  reasoningParserPlugin,
}: ServerConfig['parsers']): Promise<ParserRegistries> {
  return {
    tool: toolParsers.with(await load('--tool-parser-plugin', toolParserPlugin, toToolParsers)),
    reasoning: reasoningParsers.with(
      await load('--reasoning-parser-plugin', reasoningParserPlugin, toReasoningParsers),
    ),
  };
}

/** vLLM’s launcher passes an empty name for none. */
async function load<D>(
  flag: string,
  file: string | undefined,
  toDefinitions: (exports: Readonly<Record<string, unknown>>, source: string) => readonly D[],
): Promise<readonly D[]> {
  if (!file) return [];
  const source = `${flag} ${file}`;
  return toDefinitions(await loadModule(file, { source }), source);
}
