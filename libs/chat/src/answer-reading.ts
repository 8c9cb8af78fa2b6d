import type { FunctionTool, TemplateKwargs } from '@app/chat-template';
import type { AnswerStart, ParserModel } from '@app/output-parsers';
import type { ChatParsers } from './chat-parsers.js';
import { OutputReader } from './output-reader.js';
import { ReasoningTokenCounter, toReasoningMarkers } from './reasoning-token-counter.js';
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
}

/** How the answers to one request are read: which parsers take part, and where an answer begins. */
export class AnswerReading {
  readonly answerStart: AnswerStart;
  readonly readsTools: boolean;

  constructor(
    private readonly parsers: ChatParsers,
    private readonly model: ParserModel,
    private readonly context: ReadingContext,
  ) {
    const { tools, toolChoice = tools ? 'auto' : 'none', promptText: text, templateKwargs } = context;
    this.readsTools = parsers.tool !== undefined && tools !== undefined && toolChoice !== 'none';
    this.answerStart = parsers.reasoning?.startAfter({ text, templateKwargs, model }) ?? 'content';
  }

  /** Markers may be special tokens, which have to stay in the text then. */
  get needsSpecialTokens(): boolean {
    const { tool, reasoning } = this.parsers;
    return (
      tool?.specialTokens === 'kept' ||
      reasoning?.specialTokens === 'kept' ||
      (this.readsTools && (tool?.specialTokens === 'kept-with-tools' || reasoning?.specialTokens === 'kept-with-tools'))
    );
  }

  /** For one sample: its text deltas in, in order. */
  createReader(): OutputReader {
    const { tool, reasoning } = this.parsers;
    const { model, readsTools } = this;
    const { tools = [], includeReasoning = true, parallelToolCalls = true, templateKwargs } = this.context;
    return new OutputReader({
      reasoning: reasoning?.create({ start: this.answerStart, templateKwargs, model, framed: readsTools }),
      tools: readsTools ? tool?.create({ tools, templateKwargs, model }) : undefined,
      reasoningTokens: reasoning && new ReasoningTokenCounter(toReasoningMarkers(reasoning, model), this.answerStart),
      includeReasoning,
      singleCall: !parallelToolCalls,
      keepsEmptyDeltas: tool === undefined && (!reasoning || (includeReasoning && reasoning.keepsEmptyDeltas)),
    });
  }
}
