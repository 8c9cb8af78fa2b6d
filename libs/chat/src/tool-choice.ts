import type { FunctionTool } from '@app/chat-template';

/** Whether and what the model shall call. `dropped`: it may, and its calls are read, but nobody is told of them. */
export type ToolChoice = 'none' | 'dropped' | 'auto' | 'required' | { readonly name: string };

/** What a request wants to be called. */
export interface ToolDemand {
  readonly tools: readonly FunctionTool[];
  readonly choice: ToolChoice;
  /** At most one call. */
  readonly single: boolean;
}
