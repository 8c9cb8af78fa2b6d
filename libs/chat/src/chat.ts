import { inTurns } from '@app/async';
import { createEncoder, markPromptEmbeds, splicePromptEmbeds } from '@app/chat-template';
import type { MarkedMessages, TemplateKwargs } from '@app/chat-template';
import { InternalError, InvalidRequestError } from '@app/errors';
import type { ParserModel } from '@app/output-parsers';
import type { PreparedText, Text, TextDelta, TextGeneration, TextPrompt, TextRequest } from '@app/text';
import { textOf } from '@app/tokenization';
import type { EncodableText } from '@app/tokenization';
import { AnswerReading } from './answer-reading.js';
import type { PlainJsonCalls, ReadingContext } from './answer-reading.js';
import type { ChatDelta, ChatSink } from './chat-delta.js';
import { toParserModel } from './chat-parsers.js';
import type { ChatParsers } from './chat-parsers.js';
import { countCalls } from './call-ids.js';
import { ConstraintChoice } from './constraint-choice.js';
import type { OutputReader } from './output-reader.js';
import { renderPrompt } from './chat-prompt.js';
import type { ChatPrompt, ChatPromptSettings } from './chat-prompt.js';
import { toTemplateKwargs } from './template-kwargs.js';
import type { ToolChoice } from './tool-choice.js';

/** One chat request: what to render, how to generate, what to read in the answer. */
export interface ChatRequest extends Omit<
  TextRequest,
  'prompt' | 'promptField' | 'reasoningEnded' | 'reasoningParserKwargs'
> {
  readonly prompt: ChatPrompt;
  /** Let the tokenizer add BOS and the like to the rendered prompt. */
  readonly addSpecialTokens: boolean;
  /** Used as the prompt instead of rendering the messages, unless they hold embeddings. */
  readonly promptTokenIds?: readonly number[] | undefined;
  /** Default: `auto` with tools, else `none`. */
  readonly toolChoice?: ToolChoice | undefined;
  /** False: at most one call. Default true. */
  readonly parallelToolCalls?: boolean | undefined;
  /** False: thoughts are read, but not told. Default true. */
  readonly includeReasoning?: boolean | undefined;
}

/** A chat request that passed every check, before anything went to the engine. */
export interface PreparedChat {
  /** Undefined when the request brought token ids or embeddings. */
  readonly promptText: string | undefined;
  readonly promptTokenIds: readonly number[];
  readonly sampleCount: number;
  readonly plainJsonCalls: PlainJsonCalls | undefined;
  /** What the chat became. */
  readonly text: PreparedText;
  /** Sends it to the engine; throws what `PreparedText.start` throws. */
  start(sink: ChatSink): TextGeneration;
}

/** Hears how answers are read. Called from the engine's sweep: no waiting, no throwing. */
export interface ChatListener {
  /** The tool parser has read a part of an answer; `called`: there was a call in it, or a piece of one. */
  onToolsRead?(part: { readonly streaming: boolean; readonly called: boolean }): void;
  /** Something that a request asks for has no effect. */
  onIgnored?(message: string): void;
}

/** Some milliseconds. */
const PROMPT_TOKENS_PER_TURN = 16_384;

/** Conversations over a text engine: messages → prompt, text → chat events. */
export class Chat {
  private readonly model: ParserModel;
  private readonly constraints: ConstraintChoice;

  /** Throws `ConfigurationError` when a parser does not fit the tokenizer. */
  constructor(
    /** What the conversations run on. */
    readonly text: Text,
    private readonly settings: ChatPromptSettings,
    private readonly parsers: ChatParsers = { engineFollowsGrammars: true },
    private readonly listener: ChatListener = {},
  ) {
    this.model = toParserModel(parsers, text.tokenizer, settings.modelName);
    this.constraints = new ConstraintChoice(parsers, this.model, (message) => listener.onIgnored?.(message));
  }

  /** Calls can be read. */
  get readsToolCalls(): boolean {
    return this.parsers.tool !== undefined;
  }

  /** Thoughts are told from content. */
  get readsReasoning(): boolean {
    return this.parsers.reasoning !== undefined;
  }

  /** Requests with tools are taken: calls can be read, or the model's format makes a parser dispensable. */
  get takesTools(): boolean {
    const { encoder } = this.settings;
    return this.readsToolCalls || (encoder !== undefined && createEncoder(encoder).takesToolsUnparsed);
  }

  /** The prompt to be encoded. Rejects with `InvalidRequestError` when the messages cannot be rendered, and for embeddings, which are no text. */
  async render(prompt: ChatPrompt): Promise<EncodableText> {
    const { messages, files } = this.markEmbeds(prompt);
    if (files.length > 0) {
      throw new InvalidRequestError('`prompt_embeds` content parts have no text.', { param: 'prompt_embeds' });
    }
    return renderPrompt({ ...prompt, messages }, this.settings);
  }

  /** `chat_template_kwargs` as they take effect in the rendered prompt. */
  templateKwargs(prompt: ChatPrompt): TemplateKwargs {
    return toTemplateKwargs(prompt, this.settings);
  }

  /** How the answers of such a request are read: for answers that were generated elsewhere, too. Throws `InvalidRequestError` for what a parser cannot follow. */
  reading(context: ReadingContext): AnswerReading {
    const { parsers, model } = this;
    return new AnswerReading({ parsers, model, tokenizer: this.text.tokenizer }, context);
  }

  /** Renders, tokenises and checks. Rejects with the fault of the request. */
  async prepare(request: ChatRequest): Promise<PreparedChat> {
    const { prompt, toolChoice = prompt.tools ? 'auto' : 'none' } = request;
    const { messages, files } = this.markEmbeds(prompt);
    const promptTokenIds = files.length > 0 ? undefined : request.promptTokenIds;
    // The engine checks them too, but only after a stream has begun.
    if (promptTokenIds) this.text.checkVocabulary(promptTokenIds, 'kv_transfer_params.prompt_token_ids');
    const hidesTools = toolChoice === 'none' && this.settings.excludeUncallableTools;
    const shown = { ...prompt, messages, tools: hidesTools ? undefined : prompt.tools };
    const rendered = promptTokenIds ? undefined : toRendered(await renderPrompt(shown, this.settings), files);
    const reading = this.reading({
      tools: prompt.tools,
      toolChoice,
      parallelToolCalls: request.parallelToolCalls,
      includeReasoning: request.includeReasoning,
      templateKwargs: this.templateKwargs(prompt),
      promptText: rendered ? textOf(rendered.text) : await this.promptTextOf(promptTokenIds ?? []),
      priorCalls: countCalls(messages),
    });
    const text = await this.text.prepare(
      this.toTextRequest({ ...request, toolChoice, promptTokenIds }, rendered, reading),
    );
    const readers = Array.from({ length: text.sampleCount }, () => reading.createReader());
    return {
      promptText: rendered?.files.length === 0 ? textOf(rendered.text) : undefined,
      promptTokenIds: text.promptTokenIds,
      sampleCount: text.sampleCount,
      plainJsonCalls: reading.plainJsonCalls,
      text,
      start: (sink) => startReading(text, { readers, sink, hear: (delta) => this.hear(delta, reading, request) }),
    };
  }

  private hear({ events }: ChatDelta, { expectsCalls }: AnswerReading, { stream: streaming }: ChatRequest): void {
    if (!expectsCalls) return;
    const called = events.some(({ type }) => type === 'tool-call-start' || type === 'tool-call-delta');
    this.listener.onToolsRead?.({ streaming, called });
  }

  /** A server that takes no embeddings leaves their parts as they are, for the template's side to refuse. */
  private markEmbeds({ messages }: ChatPrompt): MarkedMessages {
    return this.text.takesPromptEmbeds ? markPromptEmbeds(messages) : { messages, files: [] };
  }

  /** The text of a tokenised prompt, for `ReadingContext`; empty when no parser asks for it. */
  async promptTextOf(promptTokenIds: readonly number[]): Promise<string> {
    if (!this.readsReasoning) return '';
    const decoder = this.text.tokenizer.createIncrementalDecoder({
      promptTokenIds: [],
      skipSpecialTokens: false,
      spacesBetweenSpecialTokens: true,
    });
    const pieces = await inTurns(promptTokenIds, PROMPT_TOKENS_PER_TURN, (ids) => ids.map((id) => decoder.push(id)));
    return pieces.flat().join('') + decoder.finish();
  }

  private toTextRequest(
    request: ChatRequest,
    rendered: RenderedPrompt | undefined,
    reading: AnswerReading,
  ): TextRequest {
    const { prompt, addSpecialTokens, promptTokenIds, includeReasoning = true, toolChoice, ...rest } = request;
    const { reasoning } = this.parsers;
    const { parallelToolCalls = true, ...textRequest } = rest;
    const textPrompt: TextPrompt =
      rendered === undefined
        ? { type: 'tokens', tokenIds: promptTokenIds ?? [] }
        : rendered.files.length === 0 || typeof rendered.text !== 'string'
          ? { type: 'text', text: rendered.text, addSpecialTokens }
          : { type: 'spliced', text: rendered.text, files: rendered.files, addSpecialTokens };
    const { sampling } = request;
    const { skipSpecialTokens, shownTokenIds } = reading.specialTokens(
      sampling.skipSpecialTokens ?? this.text.defaults.skipSpecialTokens,
    );
    const { tools } = prompt;
    const single = !parallelToolCalls;
    const constrained = this.constraints.choose(
      sampling.structuredOutputs,
      tools && toolChoice ? { tools, choice: toolChoice, single } : undefined,
    );
    return {
      ...textRequest,
      prompt: textPrompt,
      promptField: 'messages',
      sampling: {
        ...sampling,
        structuredOutputs: constrained,
        skipSpecialTokens,
      },
      shownTokenIds,
      // Who does not want to see thoughts wants the constraint at once (completions-and-chat.md §7.4).
      reasoningEnded: !includeReasoning || (reasoning && reading.answerStart === 'content'),
      reasoningParserKwargs: reasoning && { chat_template_kwargs: this.templateKwargs(prompt) },
    };
  }
}

interface AnswerReaders {
  /** One per sample. */
  readonly readers: readonly OutputReader[];
  readonly sink: ChatSink;
  readonly hear: (delta: ChatDelta) => void;
}

/** Sends the request, and reads what comes of it. A parser that throws, as an operator's may, ends the request, not the engine's sweep. */
function startReading(text: PreparedText, { readers, sink, hear }: AnswerReaders): TextGeneration {
  let failed = false;
  // An engine in this process may say something while it is asked.
  let abort = (): void => undefined;
  const generation = text.start({
    push: (delta: TextDelta) => {
      if (failed) return;
      const read = tryTo(() => readers[delta.index].read(delta));
      if (read instanceof InternalError) {
        failed = true;
        abort();
        sink.fail(read);
        return;
      }
      hear(read);
      sink.push(read);
    },
    fail: (error) => sink.fail(error),
  });
  abort = () => generation.abort();
  if (failed) abort();
  return generation;
}

function tryTo(read: () => ChatDelta): ChatDelta | InternalError {
  try {
    return read();
  } catch (error) {
    return new InternalError('The answer could not be read.', { cause: error });
  }
}

/** A prompt to be encoded, and the files whose placeholders are in it. */
interface RenderedPrompt {
  readonly text: EncodableText;
  readonly files: readonly string[];
}

/** Throws `InvalidRequestError` for embeddings in a prompt of pieces, in which no placeholder can stand. */
function toRendered(text: EncodableText, files: readonly string[]): RenderedPrompt {
  if (files.length === 0) return { text, files };
  if (typeof text === 'string') return splicePromptEmbeds(text, files);
  throw new InvalidRequestError('This model takes no `prompt_embeds` content parts.', { param: 'prompt_embeds' });
}
