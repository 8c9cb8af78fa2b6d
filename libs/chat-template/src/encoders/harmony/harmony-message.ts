import type { TextPiece } from '@app/tokenization';

/** A message as the format has it. Texts that are encoded apart from each other stand apart. */
export interface HarmonyMessage {
  /** A role, or the name of the tool that answers. */
  readonly author: string;
  readonly channel?: 'analysis' | 'commentary' | 'final' | undefined;
  /** Of a call: the function that is called. */
  readonly recipient?: string | undefined;
  readonly content: readonly string[];
}

/** A call names its recipient before the channel, an answer of a tool after it: that is how gpt-oss was trained (vLLM's `harmony_utils`). */
export function toPieces({ author, channel, recipient, content }: HarmonyMessage): TextPiece[] {
  const isCall = recipient !== undefined && author === 'assistant';
  const header: readonly TextPiece[] =
    channel === undefined
      ? [{ text: author }]
      : [
          { text: isCall ? `${author} to=${recipient}` : author },
          { token: '<|channel|>' },
          { text: isCall ? `${channel} json` : recipient === undefined ? channel : `${channel} to=${recipient}` },
        ];
  return [
    { token: '<|start|>' },
    ...header,
    { token: '<|message|>' },
    ...content.map((text) => ({ text })),
    { token: isCall ? '<|call|>' : '<|end|>' },
  ];
}
