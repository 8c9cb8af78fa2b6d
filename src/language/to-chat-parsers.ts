import { basename, isAbsolute } from 'node:path';
import { ConfigurationError } from '@app/errors';
import type { ChatParsers } from '@app/chat';
import type { ModelDescription } from '@app/model-repository';
import type { ParserRegistry, ReasoningParserDefinition, ToolParserDefinition } from '@app/output-parsers';
import type { ServerConfig } from '@server/config/index';
import type { ParserRegistries } from './parser-registries.js';

/** What parsers are chosen by. */
export interface ParserChoice {
  readonly parsers: Pick<ServerConfig['parsers'], 'enableAutoToolChoice' | 'toolCallParser' | 'reasoningParser'>;
  readonly model: Pick<ModelDescription, 'config' | 'name'>;
  /** Names that requests call the model by. */
  readonly servedNames: readonly string[];
  readonly registries: ParserRegistries;
}

interface Names {
  readonly tool: string | undefined;
  readonly reasoning: string | undefined;
}

/**
 * The parsers that the operator chose. `auto`: the one that the model names in its config.json, `"aerie": {"tool_call_parser": …, "reasoning_parser": …}`,
 * as the shipped models do, else the one that knows its name or architecture. Without any of the flags: what the model says of itself.
 * Throws `ConfigurationError` for a name that no parser has, for two parsers that do not go together, and when `auto` finds no tool parser; a model that no
 * reasoning parser knows does not think.
 */
export function toChatParsers(choice: ParserChoice): Pick<ChatParsers, 'tool' | 'reasoning'> {
  const { tool: tools, reasoning: thoughts } = choice.registries;
  const named = namesOfModel(choice.model);
  const { tool, reasoning } = namesOfOperator(choice.parsers, named) ?? named;
  const modelNames = namesToRecognise(choice);
  const parsers = { tool: find(tools, tool, modelNames), reasoning: find(thoughts, reasoning, modelNames) };
  if (tool !== undefined && !parsers.tool) {
    throw new ConfigurationError(
      `--tool-call-parser auto: no parser knows ${modelNames.join(', ')}; choose one of { ${tools.names.join(',')} }`,
    );
  }
  mustGoTogether(parsers);
  return parsers;
}

/** Some families read an answer as one whole: none of another family can take a part of it (chat-inputs-and-parsers.md §4.2). */
function mustGoTogether({ tool, reasoning }: Pick<ChatParsers, 'tool' | 'reasoning'>): void {
  if (!tool || !reasoning) return;
  const flags = { tool: `--tool-call-parser ${tool.name}`, reasoning: `--reasoning-parser ${reasoning.name}` };
  const refuse = (flag: string, other: string, names: readonly string[]): never => {
    throw new ConfigurationError(`${flag} cannot be combined with ${other}: only with ${names.join(' or ')}, or none`);
  };
  if (tool.onlyWith?.includes(reasoning.name) === false) refuse(flags.tool, flags.reasoning, tool.onlyWith);
  if (reasoning.onlyWith?.includes(tool.name) === false) refuse(flags.reasoning, flags.tool, reasoning.onlyWith);
}

function find<D extends ToolParserDefinition | ReasoningParserDefinition>(
  registry: ParserRegistry<D>,
  name: string | undefined,
  modelNames: readonly string[],
): D | undefined {
  if (name === undefined) return undefined;
  return name === 'auto' ? registry.findForModel(modelNames) : registry.mustFind(name);
}

/** Undefined when no flag is given. `auto` stays only where the model says nothing. */
function namesOfOperator(
  { enableAutoToolChoice, toolCallParser, reasoningParser }: ParserChoice['parsers'],
  own: Names,
): Names | undefined {
  if (!enableAutoToolChoice && toolCallParser === undefined && reasoningParser === undefined) return undefined;
  return {
    tool: enableAutoToolChoice ? ownIfAuto(toolCallParser, own.tool) : undefined,
    reasoning: reasoningParser?.toLowerCase() === 'none' ? undefined : ownIfAuto(reasoningParser, own.reasoning),
  };
}

function ownIfAuto(name: string | undefined, own: string | undefined): string | undefined {
  return name === 'auto' ? (own ?? name) : name;
}

function namesOfModel({ config: { aerie }, name }: ParserChoice['model']): Names {
  if (aerie === undefined) return { tool: undefined, reasoning: undefined };
  const { tool_call_parser: tool, reasoning_parser: reasoning } = Object(aerie) as Readonly<Record<string, unknown>>;
  return {
    tool: mustBeText(tool, `${name}: aerie.tool_call_parser`),
    reasoning: mustBeText(reasoning, `${name}: aerie.reasoning_parser`),
  };
}

function mustBeText(value: unknown, what: string): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  throw new ConfigurationError(`${what} in config.json must be a string`);
}

/** From the most to the least telling one. Of a folder only its own name says something of the model. */
function namesToRecognise({ model: { config, name }, servedNames }: ParserChoice): string[] {
  const { _name_or_path: origin, architectures, model_type: type } = config;
  const own: readonly unknown[] = [name, ...servedNames, origin];
  const kinds: readonly unknown[] = [...(Array.isArray(architectures) ? (architectures as unknown[]) : []), type];
  const names = [...own, ...kinds].filter((text) => typeof text === 'string' && text !== '') as string[];
  return [...new Set(names.map((text) => (isAbsolute(text) || text.startsWith('.') ? basename(text) : text)))];
}
