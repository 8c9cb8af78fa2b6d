import type { Text, TextDelta, TextGeneration, TextPrompt, TextRequest } from '@app/text';
import type { ChatDelta, ChatSink } from './chat-delta.js';
import { renderPrompt } from './chat-prompt.js';
import type { ChatPrompt, ChatPromptSettings } from './chat-prompt.js';

/** One chat request: what to render, and how to generate. */
export interface ChatRequest extends Omit<TextRequest, 'prompt' | 'promptField'> {
  readonly prompt: ChatPrompt;
  /** Let the tokenizer add BOS and the like to the rendered prompt. */
  readonly addSpecialTokens: boolean;
  /** Used as the prompt instead of rendering the messages. */
  readonly promptTokenIds?: readonly number[] | undefined;
}

/** A chat request that passed every check, before anything went to the engine. */
export interface PreparedChat {
  /** Undefined when the request brought token ids. */
  readonly promptText: string | undefined;
  readonly promptTokenIds: readonly number[];
  readonly sampleCount: number;
  /** Sends it to the engine; throws what `PreparedText.start` throws. */
  start(sink: ChatSink): TextGeneration;
}

/** Conversations over a text engine: messages → prompt, text → chat events. */
export class Chat {
  constructor(
    private readonly text: Text,
    private readonly settings: ChatPromptSettings,
  ) {}

  /** The prompt as text. Throws `InvalidRequestError` when the template refuses the messages. */
  render(prompt: ChatPrompt): string {
    return renderPrompt(prompt, this.settings);
  }

  /** Renders, tokenises and checks. Rejects with the fault of the request. */
  async prepare({ prompt, addSpecialTokens, promptTokenIds, ...request }: ChatRequest): Promise<PreparedChat> {
    const promptText = promptTokenIds ? undefined : this.render(prompt);
    const textPrompt: TextPrompt =
      promptText === undefined
        ? { type: 'tokens', tokenIds: promptTokenIds ?? [] }
        : { type: 'text', text: promptText, addSpecialTokens };
    const prepared = await this.text.prepare({ ...request, prompt: textPrompt, promptField: 'messages' });
    return {
      promptText,
      promptTokenIds: prepared.promptTokenIds,
      sampleCount: prepared.sampleCount,
      start: (sink) =>
        prepared.start({ push: (delta) => sink.push(readPlain(delta)), fail: (error) => sink.fail(error) }),
    };
  }
}

/** Without output parsers all text is content, an empty piece too. */
function readPlain({ text, ...delta }: TextDelta): ChatDelta {
  return { ...delta, events: [{ type: 'content-delta', text }] };
}
