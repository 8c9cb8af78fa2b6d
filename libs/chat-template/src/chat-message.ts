/** A message of a conversation, whatever API it came by. */
export interface ChatMessage {
  /** system, developer, user, assistant, tool or any other name. */
  readonly role: string;
  readonly content?: string | readonly ContentPart[] | undefined;
  /** Calls an assistant made, as the client sent them: `{id, type, function: {name, arguments}}`. */
  readonly toolCalls?: readonly unknown[] | undefined;
  /** What an assistant thought before it answered: a text, or a part of type `prompt_embeds`. */
  readonly reasoning?: ContentPart | undefined;
  /** Of a tool's answer: the call it belongs to. */
  readonly toolCallId?: string | undefined;
  readonly name?: string | undefined;
  readonly task?: string | undefined;
  /** Tools a developer message brings with it, as the client sent them. */
  readonly tools?: readonly unknown[] | undefined;
}

/** A part as the client sent it: `{type, …}`, or plain text. */
export type ContentPart = string | Readonly<Record<string, unknown>>;

/** A function the model may call. */
export interface FunctionTool {
  readonly name: string;
  readonly description?: string | undefined;
  /** JSON Schema of the arguments. */
  readonly parameters?: unknown;
  readonly strict?: boolean | undefined;
  /** `defer_loading` inside of `function`. */
  readonly deferLoading?: boolean | undefined;
  /** `defer_loading` beside of `function`. */
  readonly deferToolLoading?: boolean | undefined;
}
