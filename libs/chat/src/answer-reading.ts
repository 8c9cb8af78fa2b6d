import type { FunctionTool, TemplateKwargs } from '@app/chat-template';
import { namedCall, requiredCalls } from '@app/output-parsers';
import type { AnswerStart, ParserModel, ReasoningReading, ToolParser } from '@app/output-parsers';
import type { TextRequest } from '@app/text';
import type { Tokenizer } from '@app/tokenization';
import { callFormatOf } from './call-format.js';
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

/** Forced calls that the model writes as the server's own JSON: a list of them, or the arguments of one that was named. */
export type PlainJsonCalls = 'required' | 'named';

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
  /** What reads calls, or takes their markup away; undefined: nothing does. */
  private readonly callFormat: 'own-format' | 'json' | undefined;
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
    const { strictCalling = true } = parsers;
    this.expectsCalls = tool !== undefined && tools !== undefined && toolChoice !== 'none';
    if (tool && (this.expectsCalls || tool.readsWithoutTools)) {
      this.callFormat = this.expectsCalls ? callFormatOf(tool, toolChoice, { strictCalling }) : 'own-format';
    }
    this.answerStart = reasoning?.startAfter({ text, templateKwargs, model }) ?? 'content';
    const markers = [...(reasoning?.markers(model) ?? []), ...((this.callFormat && tool?.markers(model)) || [])];
    this.markerIds = new Set(markers.flatMap((marker) => model.tokenId(marker) ?? []));
  }

  /** Undefined: the parser reads calls in its own format, or there are none. */
  get plainJsonCalls(): PlainJsonCalls | undefined {
    if (this.callFormat !== 'json') return undefined;
    return typeof this.context.toolChoice === 'object' ? 'named' : 'required';
  }

  /** `skip`: what the request and the server's defaults say. What the parsers look for stays in the text whatever that is. */
  specialTokens(skip: boolean): SpecialTokenReading {
    return {
      skipSpecialTokens: skip && !this.needsSpecialTokens,
      shownTokenIds: skip ? this.markerIds : undefined,
    };
  }

  private get needsSpecialTokens(): boolean {
    const { tool, reasoning } = this.parts.parsers;
    const needs = [tool?.specialTokens, reasoning?.specialTokens];
    return needs.includes('kept') || (this.expectsCalls && needs.includes('kept-with-tools'));
  }

  /** For one sample: its text deltas in, in order. Throws `InvalidRequestError` for template arguments that a parser cannot follow. */
  createReader(): OutputReader {
    const { tool, reasoning, callIds = 'chatcmpl-tool' } = this.parts.parsers;
    const { toolChoice, includeReasoning = true, parallelToolCalls = true, priorCalls = 0 } = this.context;
    return new OutputReader({
      reasoning: reasoning?.create(this.reasoningReading),
      tools: this.createCallReader(),
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
    return { start: this.answerStart, templateKwargs, model, framed: this.callFormat === 'own-format' };
  }

  private createCallReader(): ToolParser | undefined {
    const { parsers, model } = this.parts;
    const { tools = [], toolChoice, templateKwargs } = this.context;
    if (this.callFormat !== 'json') return this.callFormat && parsers.tool?.create({ tools, templateKwargs, model });
    return typeof toolChoice === 'object' ? namedCall(toolChoice.name) : requiredCalls();
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
