import { countCalls } from '@app/chat';
import type { ChatRequest, ToolChoice } from '@app/chat';
import { toTemplateTools } from '@app/chat-template';

/** `parse_context` of a GenerateRequest: what whoever reads the answer has to know of the chat (routes.md §6). */
export function parseContextJson(
  { prompt, toolChoice, parallelToolCalls, includeReasoning = true }: ChatRequest,
  templateKwargs: Readonly<Record<string, unknown>>,
): object {
  const { tools, messages } = prompt;
  return {
    tools: tools ? toTemplateTools(tools) : null,
    tool_choice: toolChoiceJson(toolChoice ?? (tools ? 'auto' : 'none')),
    parallel_tool_calls: parallelToolCalls ?? null,
    include_reasoning: includeReasoning,
    chat_template_kwargs: templateKwargs,
    history_tool_call_cnt: countCalls(messages),
  };
}

function toolChoiceJson(choice: ToolChoice): unknown {
  if (choice === 'dropped') return null;
  return typeof choice === 'string' ? choice : { function: { name: choice.name }, type: 'function' };
}
