import type { FunctionTool } from './chat-message.js';

/** Tools as templates expect them; description and parameters are null when absent, the flags only there when given. */
export function toTemplateTools(tools: readonly FunctionTool[]): readonly Readonly<Record<string, unknown>>[] {
  return tools.map(({ name, description, parameters, strict, deferLoading, deferToolLoading }) => ({
    type: 'function',
    function: {
      name,
      description: description ?? null,
      parameters: parameters ?? null,
      ...(strict === undefined ? {} : { strict }),
      ...(deferLoading === undefined ? {} : { defer_loading: deferLoading }),
    },
    ...(deferToolLoading === undefined ? {} : { defer_loading: deferToolLoading }),
  }));
}
