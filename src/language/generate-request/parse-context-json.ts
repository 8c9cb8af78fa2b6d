import type { ChatRequest, FunctionTool, ToolChoice } from '@app/chat';

/** `parse_context` of a GenerateRequest: what whoever reads the answer has to know of the chat (routes.md §6). */
export function parseContextJson(
  { prompt, toolChoice, parallelToolCalls, includeReasoning = true }: ChatRequest,
  templateKwargs: Readonly<Record<string, unknown>>,
): object {
  const { tools, messages } = prompt;
  return {
    tools: tools?.map(toolJson) ?? null,
    tool_choice: toolChoiceJson(toolChoice ?? (tools ? 'auto' : 'none')),
    parallel_tool_calls: parallelToolCalls ?? null,
    include_reasoning: includeReasoning,
    chat_template_kwargs: templateKwargs,
    history_tool_call_cnt: messages
      .filter(({ role }) => role === 'assistant')
      .reduce((count, { toolCalls = [] }) => count + toolCalls.length, 0),
  };
}

/** `strict` and `defer_loading` are there only when they were given. */
function toolJson({ name, description, parameters, strict, deferLoading, deferToolLoading }: FunctionTool): object {
  return {
    type: 'function',
    function: {
      name,
      description: description ?? null,
      parameters: parameters ?? null,
      strict,
      defer_loading: deferLoading,
    },
    defer_loading: deferToolLoading,
  };
}

function toolChoiceJson(choice: ToolChoice): unknown {
  return typeof choice === 'string' ? choice : { function: { name: choice.name }, type: 'function' };
}
