import { markPromptEmbeds, splicePromptEmbeds } from '@app/chat-template';
import type { MarkedMessages, SplicedText } from '@app/chat-template';
import { InvalidRequestError } from '@app/errors';
import type { AnswerStart } from '@app/output-parsers';
import type { Text, TextDelta, TextGeneration, TextPrompt, TextRequest } from '@app/text';
import type { ChatSink } from './chat-delta.js';
import { toReasoningMarkers } from './chat-parsers.js';
import type { ChatParsers } from './chat-parsers.js';
import { renderPrompt } from './chat-prompt.js';
import type { ChatPrompt, ChatPromptSettings } from './chat-prompt.js';
import { OutputReader } from './output-reader.js';
import { ReasoningTokenCounter } from './reasoning-token-counter.js';
import type { ReasoningMarkers } from './reasoning-token-counter.js';
import { toTemplateKwargs } from './template-kwargs.js';
import { toConstraint } from './tool-choice.js';
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
  /** Sends it to the engine; throws what `PreparedText.start` throws. */
  start(sink: ChatSink): TextGeneration;
}

/** What the output parsers need to know of one request. */
interface ReadingPlan {
  readonly request: ChatRequest;
  readonly readsTools: boolean;
  readonly answerStart: AnswerStart;
}

/** Conversations over a text engine: messages → prompt, text → chat events. */
export class Chat {
  private readonly markers: ReasoningMarkers | undefined;

  /** Throws `ConfigurationError` when the reasoning parser does not fit the tokenizer. */
  constructor(
    private readonly text: Text,
    private readonly settings: ChatPromptSettings,
    private readonly parsers: ChatParsers = { engineFollowsGrammars: true },
  ) {
    this.markers = parsers.reasoning && toReasoningMarkers(parsers.reasoning, text.tokenizer, settings.modelName);
  }

  /** Calls can be read. */
  get readsToolCalls(): boolean {
    return this.parsers.tool !== undefined;
  }

  /** Thoughts are told from content. */
  get readsReasoning(): boolean {
    return this.parsers.reasoning !== undefined;
  }

  /** The prompt as text. Throws `InvalidRequestError` when the template refuses the messages, and for embeddings, which are no text. */
  render(prompt: ChatPrompt): string {
    const { messages, files } = this.markEmbeds(prompt);
    if (files.length > 0) {
      throw new InvalidRequestError('`prompt_embeds` content parts have no text.', { param: 'prompt_embeds' });
    }
    return renderPrompt({ ...prompt, messages }, this.settings);
  }

  /** Renders, tokenises and checks. Rejects with the fault of the request. */
  async prepare(request: ChatRequest): Promise<PreparedChat> {
    const { prompt, toolChoice = prompt.tools ? 'auto' : 'none' } = request;
    const { messages, files } = this.markEmbeds(prompt);
    const promptTokenIds = files.length > 0 ? undefined : request.promptTokenIds;
    const hidesTools = toolChoice === 'none' && this.settings.excludeUncallableTools;
    const shown = { ...prompt, messages, tools: hidesTools ? undefined : prompt.tools };
    const rendered = promptTokenIds ? undefined : splicePromptEmbeds(renderPrompt(shown, this.settings), files);
    const readsTools = this.readsToolCalls && prompt.tools !== undefined && toolChoice !== 'none';
    const plan: ReadingPlan = {
      request: { ...request, toolChoice },
      readsTools,
      answerStart: this.startOfAnswer(request, rendered?.text),
    };
    const prepared = await this.text.prepare(this.toTextRequest(plan, rendered));
    return {
      promptText: rendered?.files.length === 0 ? rendered.text : undefined,
      promptTokenIds: prepared.promptTokenIds,
      sampleCount: prepared.sampleCount,
      start: (sink) => {
        const readers = Array.from({ length: prepared.sampleCount }, () => this.createReader(plan));
        return prepared.start({
          push: (delta: TextDelta) => sink.push(readers[delta.index].read(delta)),
          fail: (error) => sink.fail(error),
        });
      },
    };
  }

  /** A server that takes no embeddings leaves their parts as they are, for the template's side to refuse. */
  private markEmbeds({ messages }: ChatPrompt): MarkedMessages {
    return this.text.takesPromptEmbeds ? markPromptEmbeds(messages) : { messages, files: [] };
  }

  private startOfAnswer({ prompt, promptTokenIds = [] }: ChatRequest, promptText: string | undefined): AnswerStart {
    const { reasoning } = this.parsers;
    if (!reasoning) return 'content';
    const text = promptText ?? this.text.tokenizer.decode(promptTokenIds, { skipSpecialTokens: false });
    return reasoning.startAfter({ text, templateKwargs: toTemplateKwargs(prompt, this.settings) });
  }

  private toTextRequest(
    { request, readsTools, answerStart }: ReadingPlan,
    rendered: SplicedText | undefined,
  ): TextRequest {
    const { prompt, addSpecialTokens, promptTokenIds, includeReasoning = true, toolChoice, ...rest } = request;
    const { tool, reasoning, engineFollowsGrammars } = this.parsers;
    const { parallelToolCalls = true, ...textRequest } = rest;
    const textPrompt: TextPrompt =
      rendered === undefined
        ? { type: 'tokens', tokenIds: promptTokenIds ?? [] }
        : rendered.files.length === 0
          ? { type: 'text', text: rendered.text, addSpecialTokens }
          : { type: 'spliced', addSpecialTokens, ...rendered };
    const keepsSpecialTokens = (readsTools && tool?.needsSpecialTokens) || reasoning?.needsSpecialTokens;
    const { sampling } = request;
    const constrained =
      readsTools && tool && prompt.tools && toolChoice && toolChoice !== 'none'
        ? toConstraint(sampling.structuredOutputs, {
            parser: tool,
            tools: prompt.tools,
            choice: toolChoice,
            single: !parallelToolCalls,
            engineFollowsGrammars,
          })
        : sampling.structuredOutputs;
    return {
      ...textRequest,
      prompt: textPrompt,
      promptField: 'messages',
      sampling: {
        ...sampling,
        structuredOutputs: constrained,
        skipSpecialTokens: keepsSpecialTokens ? false : sampling.skipSpecialTokens,
      },
      // Who does not want to see thoughts wants the constraint at once (completions-and-chat.md §7.4).
      reasoningEnded: reasoning && (!includeReasoning || answerStart === 'content'),
      reasoningParserKwargs: reasoning && { chat_template_kwargs: toTemplateKwargs(prompt, this.settings) },
    };
  }

  private createReader({ request, readsTools, answerStart }: ReadingPlan): OutputReader {
    const { tool, reasoning } = this.parsers;
    const { prompt, includeReasoning = true, parallelToolCalls = true } = request;
    return new OutputReader({
      reasoning: reasoning?.create(answerStart),
      tools: readsTools ? tool?.create(prompt.tools ?? []) : undefined,
      reasoningTokens: this.markers && new ReasoningTokenCounter(this.markers, answerStart),
      includeReasoning,
      singleCall: !parallelToolCalls,
      keepsEmptyDeltas: tool === undefined && (!reasoning || (includeReasoning && reasoning.keepsEmptyDeltas)),
    });
  }
}
