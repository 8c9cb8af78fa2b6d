import type { ServerError } from '@app/errors';
import type { TextDelta } from '@app/text';

/** One thing the answer says, in the order in which the model wrote it. */
export type ChatEvent =
  | { readonly type: 'content-delta'; readonly text: string }
  | { readonly type: 'reasoning-delta'; readonly text: string }
  | { readonly type: 'tool-call-start'; readonly index: number; readonly id: string; readonly name: string }
  | { readonly type: 'tool-call-delta'; readonly index: number; readonly delta: string };

/** A text delta read by the output parsers: the same facts, with events in the place of text. */
export interface ChatDelta extends Omit<TextDelta, 'text'> {
  readonly events: readonly ChatEvent[];
  /** Tokens of this sample's thought so far; undefined when the server reads no thoughts. */
  readonly reasoningTokens: number | undefined;
}

/** Hears the samples of one chat request, synchronously from the engine's sweep. After the `last` delta, or `fail`, nothing follows. */
export interface ChatSink {
  push(delta: ChatDelta): void;
  fail(error: ServerError): void;
}
