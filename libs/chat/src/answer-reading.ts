import type { FunctionTool, TemplateKwargs } from '@app/chat-template';
import type { AnswerStart, ParserModel, ReasoningReading, ToolReading } from '@app/output-parsers';
import type { TextRequest } from '@app/text';
import type { Tokenizer } from '@app/tokenization';
import type { ChatParsers } from './chat-parsers.js';
import { OutputReader } from './output-reader.js';
import { MarkedTokenCounter, ReadTokenCounter, toReasoningMarkers } from './reasoning-token-counter.js';
import type { ReasoningTokenCounter } from './reasoning-token-counter.js';
import type { ToolChoice } from './tool-choice.js';

/** Of a request and its prompt, what decides how the answers are read. */
export interface ReadingContext {
  readonly tools?: readonly FunctionTool[] | undefined;
  /** Default: `auto` with tools, else `none`. */
  readonly toolChoice?: ToolChoice | undefined;
  /** False: at most one call. Default true. */
  readonly parallelToolCalls?: boolean | undefined;
  /** False: thoughts are read, but not told. Default true. */
  readonly includeReasoning?: boolean | undefined;
  /** `chat_template_kwargs` as they took effect in the prompt. */
  readonly templateKwargs: TemplateKwargs;
  /** The rendered prompt, special tokens and all, or as much of its end as is known. */
  readonly promptText: string;
  /** Calls of the conversation so far; default 0. */
  readonly priorCalls?: number | undefined;
}

/** What a server reads answers with. */
export interface ReadingParts {
  readonly parsers: ChatParsers;
  readonly model: ParserModel;
  readonly tokenizer: Pick<Tokenizer, 'createIncrementalDecoder'>;
}

/** What an engine is told of special tokens, and which of them are text. */
export type SpecialTokenReading = Pick<TextRequest, 'shownTokenIds'> & { readonly skipSpecialTokens: boolean };

/** How the answers to one request are read: which parsers take part, and where an answer begins. */
export class AnswerReading {
  readonly answerStart: AnswerStart;
  /** The request has tools that may be called, and there is a parser for it. */
  readonly expectsCalls: boolean;
  /** The tool parser reads, be it only to take its markup away. */
  private readonly readsMarkup: boolean;
  /** Ids of the markers of those parsers that read. */
  private readonly markerIds: ReadonlySet<number>;

  /** Throws `InvalidRequestError` for template arguments that a parser cannot follow. */
  constructor(
    private readonly parts: ReadingParts,
    private readonly context: ReadingContext,
  ) {
    const { parsers, model } = parts;
    const { tool, reasoning } = parsers;
    const { tools, toolChoice = tools ? 'auto' : 'none', promptText: text, templateKwargs } = context;
    this.expectsCalls = tool !== undefined && tools !== undefined && toolChoice !== 'none';
    this.readsMarkup = this.expectsCalls || tool?.readsWithoutTools === true;
    this.answerStart = reasoning?.startAfter({ text, templateKwargs, model }) ?? 'content';
    const markers = [...(reasoning?.markers(model) ?? []), ...((this.readsMarkup && tool?.markers(model)) || [])];
    this.markerIds = new Set(markers.flatMap((marker) => model.tokenId(marker) ?? []));
  }

  /** `skip`: what the request and the server's defaults say. What the parsers look for stays in the text whatever that is. */
  specialTokens(skip: boolean): SpecialTokenReading {
    return {
      skipSpecialTokens: skip && !this.needsSpecialTokens,
      shownTokenIds: skip && this.markerIds.size > 0 ? this.markerIds : undefined,
    };
  }

  private get needsSpecialTokens(): boolean {
    const { tool, reasoning } = this.parts.parsers;
    const needs = [tool?.specialTokens, reasoning?.specialTokens];
    return needs.includes('kept') || (this.expectsCalls && needs.includes('kept-with-tools'));
  }

  /** For one sample: its text deltas in, in order. Throws `InvalidRequestError` for template arguments that a parser cannot follow. */
  createReader(): OutputReader {
    const { readsMarkup } = this;
    const { tool, reasoning, callIds = 'chatcmpl-tool' } = this.parts.parsers;
    const { toolChoice, includeReasoning = true, parallelToolCalls = true, priorCalls = 0 } = this.context;
    return new OutputReader({
      reasoning: reasoning?.create(this.reasoningReading),
      tools: readsMarkup ? tool?.create(this.toolReading) : undefined,
      tellsCalls: this.expectsCalls && toolChoice !== 'dropped',
      callIds,
      priorCalls,
      reasoningTokens: this.createTokenCounter(),
      includeReasoning,
      singleCall: !parallelToolCalls,
      keepsEmptyDeltas: tool === undefined && (!reasoning || (includeReasoning && reasoning.keepsEmptyDeltas)),
    });
  }

  private get reasoningReading(): ReasoningReading {
    const { model } = this.parts;
    const { templateKwargs } = this.context;
    return { start: this.answerStart, templateKwargs, model, framed: this.readsMarkup };
  }

  private get toolReading(): ToolReading {
    const { tools = [], templateKwargs } = this.context;
    return { tools, templateKwargs, model: this.parts.model };
  }

  private createTokenCounter(): ReasoningTokenCounter | undefined {
    const { parsers, model, tokenizer } = this.parts;
    const { reasoning } = parsers;
    if (!reasoning) return undefined;
    const markers = toReasoningMarkers(reasoning, model);
    if (markers) return new MarkedTokenCounter(markers, this.answerStart);
    const decoder = tokenizer.createIncrementalDecoder({
      promptTokenIds: [],
      skipSpecialTokens: true,
      keptTokenIds: this.markerIds,
      spacesBetweenSpecialTokens: true,
    });
    return new ReadTokenCounter(reasoning.create(this.reasoningReading), decoder);
  }
}
