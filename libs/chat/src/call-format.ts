import type { ToolParserDefinition } from '@app/output-parsers';
import type { ToolChoice } from './tool-choice.js';

/**
 * How the model writes its calls: in the parser's format, or, forced ones only, as the server's own JSON (chat-inputs-and-parsers.md §3.1). What the engine is
 * held to and how its answer is read both follow from this. `strictCalling`: engines are held to structural tags (`VLLM_ENFORCE_STRICT_TOOL_CALLING`).
 */
export function callFormatOf(
  { forcedCalls, structuralTag }: Pick<ToolParserDefinition, 'forcedCalls' | 'structuralTag'>,
  choice: ToolChoice,
  { strictCalling }: { readonly strictCalling: boolean },
): 'own-format' | 'json' {
  const forced = choice === 'required' || typeof choice === 'object';
  const tagged = strictCalling && structuralTag !== undefined;
  return forced && !tagged ? forcedCalls : 'own-format';
}
