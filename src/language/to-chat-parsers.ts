import { ConfigurationError } from '@app/errors';
import type { ChatParsers } from '@app/chat';
import type { ModelDescription } from '@app/model-repository';
import { reasoningParsers, toolParsers } from '@app/output-parsers';
import type { ServerConfig } from '@server/config/index';

type Names = Pick<ServerConfig['parsers'], 'toolCallParser' | 'reasoningParser'>;

/**
 * The parsers the operator chose. Without any of the flags: those that the model's config.json names,
 * `"aerie": {"tool_call_parser": …, "reasoning_parser": …}`, as the shipped models do.
 * Throws `ConfigurationError` for a name that is not in the catalogues.
 */
export function toChatParsers(
  config: Names & Pick<ServerConfig['parsers'], 'enableAutoToolChoice'>,
  { config: modelConfig, name }: Pick<ModelDescription, 'config' | 'name'>,
): Omit<ChatParsers, 'engineFollowsGrammars'> {
  const { enableAutoToolChoice, toolCallParser, reasoningParser } = config;
  const chosen = enableAutoToolChoice || toolCallParser !== undefined || reasoningParser !== undefined;
  const names: Names = chosen
    ? { toolCallParser: enableAutoToolChoice ? toolCallParser : undefined, reasoningParser }
    : namesOfModel(modelConfig.aerie, name);
  return {
    tool: names.toolCallParser === undefined ? undefined : toolParsers.mustFind(names.toolCallParser),
    reasoning: isNone(names.reasoningParser) ? undefined : reasoningParsers.mustFind(names.reasoningParser),
  };
}

function isNone(name: string | undefined): name is undefined {
  return name === undefined || name.toLowerCase() === 'none';
}

function namesOfModel(entry: unknown, model: string): Names {
  if (entry === undefined) return {};
  const { tool_call_parser: toolCallParser, reasoning_parser: reasoningParser } = Object(entry) as Record<
    string,
    unknown
  >;
  return {
    toolCallParser: mustBeText(toolCallParser, `${model}: aerie.tool_call_parser`),
    reasoningParser: mustBeText(reasoningParser, `${model}: aerie.reasoning_parser`),
  };
}

function mustBeText(value: unknown, what: string): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  throw new ConfigurationError(`${what} in config.json must be a string`);
}
