import { InvalidRequestError, UnsupportedError } from '@app/errors';
import type { FunctionTool } from '@app/chat-template';
import type { ToolParserDefinition } from '@app/output-parsers';
import type { SamplingRequest } from '@app/text';

/** Whether and what the model shall call. `dropped`: it may, and its calls are read, but nobody is told of them. */
export type ToolChoice = 'none' | 'dropped' | 'auto' | 'required' | { readonly name: string };

export interface ToolDemand {
  readonly parser: ToolParserDefinition;
  readonly tools: readonly FunctionTool[];
  readonly choice: Exclude<ToolChoice, 'none' | 'dropped'>;
  /** At most one call. */
  readonly single: boolean;
  /** Without, a free choice stays unconstrained and a forced one is refused. */
  readonly engineFollowsGrammars: boolean;
}

/**
 * The request's own constraint, or that of the tool markup in its place (chat-inputs-and-parsers.md §3.1). Next to an output format a free choice is
 * not enforced: the format alone holds.
 * Throws `InvalidRequestError` for a forced tool that is not offered, `UnsupportedError` when the engine cannot be forced.
 */
export function toConstraint(
  own: SamplingRequest['structuredOutputs'],
  { parser, tools, choice, single, engineFollowsGrammars }: ToolDemand,
): SamplingRequest['structuredOutputs'] {
  if (typeof choice === 'object' && !tools.some(({ name }) => name === choice.name)) {
    throw new InvalidRequestError(`Tool '${choice.name}' has not been passed in \`tools\`.`, { param: 'tool_choice' });
  }
  if (!engineFollowsGrammars) {
    if (choice === 'auto') return own;
    throw new UnsupportedError(
      'This engine cannot force tool calls: use "auto" or "none" for tool_choice, or an engine with structured outputs.',
      { param: 'tool_choice' },
    );
  }
  if (choice === 'auto' && own) return own;
  const structuralTag = parser.structuralTag?.({ tools, demand: choice, single });
  if (structuralTag === undefined) return own;
  return { structuralTag, disableAnyWhitespace: false, disableAdditionalProperties: false, backendWasAuto: false };
}
