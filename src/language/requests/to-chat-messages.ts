import type { ChatMessage, FunctionTool } from '@app/chat-template';
import { allHandled } from '@server/http/all-handled';
import type { ChatMessageParam, ToolParam } from '../dto/chat-message.dto.js';

/** Wire messages as the domain has them; the older `reasoning_content` stands in for an absent `reasoning`. */
export function toChatMessages(messages: readonly ChatMessageParam[]): ChatMessage[] {
  return messages.map((message) => {
    const { role, content, name, tool_calls, tool_call_id, reasoning, reasoning_content, tools, task, ...rest } =
      message;
    allHandled(rest);
    const thought = reasoning ?? reasoning_content;
    return {
      role,
      content,
      name,
      task: typeof task === 'string' ? task : undefined,
      toolCalls: tool_calls,
      toolCallId: tool_call_id,
      reasoning: typeof thought === 'string' || isEmbedsPart(thought) ? thought : undefined,
      tools: Array.isArray(tools) ? tools : undefined,
    };
  });
}

/** The only part that a thought can be. */
function isEmbedsPart(thought: unknown): thought is Record<string, unknown> {
  return typeof thought === 'object' && thought !== null && 'type' in thought && thought.type === 'prompt_embeds';
}

export function toFunctionTools(tools: readonly ToolParam[] | undefined): FunctionTool[] | undefined {
  return tools?.map(({ function: { name, description, parameters, strict, defer_loading }, ...tool }) => ({
    name,
    description,
    parameters,
    strict,
    // The tool's own flag reaches the template in both places (recorded: chat_tools/defer-loading).
    deferLoading: defer_loading ?? tool.defer_loading,
    deferToolLoading: tool.defer_loading,
  }));
}
