import type { FunctionTool, TemplateKwargs } from '@app/chat-template';
import type { AnswerStart } from '@app/output-parsers';
import type { ChatParsers } from './chat-parsers.js';
import { OutputReader } from './output-reader.js';
import { ReasoningTokenCounter } from './reasoning-token-counter.js';
import type { ReasoningMarkers } from './reasoning-token-counter.js';
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
    private readonly markers: ReasoningMarkers | undefined,
    private readonly context: ReadingContext,
  ) {
    const { tools, toolChoice = tools ? 'auto' : 'none', promptText: text, templateKwargs } = context;
    this.readsTools = parsers.tool !== undefined && tools !== undefined && toolChoice !== 'none';
    this.answerStart = parsers.reasoning?.startAfter({ text, templateKwargs }) ?? 'content';
  }

  /** Markers may be special tokens, which have to stay in the text then. */
  get needsSpecialTokens(): boolean {
    const { tool, reasoning } = this.parsers;
    return (this.readsTools && tool?.needsSpecialTokens) || (reasoning?.needsSpecialTokens ?? false);
  }

  /** For one sample: its text deltas in, in order. */
  createReader(): OutputReader {
    const { tool, reasoning } = this.parsers;
    const { tools = [], includeReasoning = true, parallelToolCalls = true } = this.context;
    return new OutputReader({
      reasoning: reasoning?.create(this.answerStart),
      tools: this.readsTools ? tool?.create(tools) : undefined,
      reasoningTokens: this.markers && new ReasoningTokenCounter(this.markers, this.answerStart),
      includeReasoning,
      singleCall: !parallelToolCalls,
      keepsEmptyDeltas: tool === undefined && (!reasoning || (includeReasoning && reasoning.keepsEmptyDeltas)),
    });
  }
}
