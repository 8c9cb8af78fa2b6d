import type { FrontEndMetricsOptions } from './admission-metrics.js';
import { SeriesFactory } from './series-factory.js';

/** A tool parser has read a part of an answer: the whole of it, or, streaming, a delta. */
export interface ToolParserSample {
  readonly streaming: boolean;
  /** It found a call, or a piece of one. */
  readonly called: boolean;
  readonly requestType: 'chat_completions' | 'responses' | 'other';
}

/** What the tool parser reads (metrics.md §2.2); there only if there is one. */
export class ToolParserMetrics {
  private readonly invocations;

  constructor(private readonly options: FrontEndMetricsOptions) {
    const make = new SeriesFactory(options.registry, ['model_name']);
    this.invocations = make.counter('vllm:tool_call_parser_invocations', 'Parts of answers read for tool calls.', {
      mode: ['streaming', 'non_streaming'],
      outcome: ['tool_call', 'no_tool_call'],
      request_type: ['chat_completions', 'responses', 'other'],
    });
    make.start({ model_name: options.modelName });
  }

  observe({ streaming, called, requestType }: ToolParserSample): void {
    this.invocations.inc({
      model_name: this.options.modelName,
      mode: streaming ? 'streaming' : 'non_streaming',
      outcome: called ? 'tool_call' : 'no_tool_call',
      request_type: requestType,
    });
  }
}
