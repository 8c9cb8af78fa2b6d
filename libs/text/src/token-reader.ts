import type { EngineOutput, SamplingParams } from '@app/engine-protocol';
import { SampleStream } from './sample-stream.js';
import type { SampleStreamOptions } from './sample-stream.js';
import { endingOf } from './stop-token.js';
import type { GeneratedTokens } from './stop-token.js';
import type { TextDelta } from './text-delta.js';

/** Reads one sample that was generated elsewhere, as this server reads those of its own engine. */
export class TokenReader {
  private readonly sampling: SamplingParams;
  private readonly stream: SampleStream;
  private ended = false;

  constructor(options: Omit<SampleStreamOptions, 'index' | 'stream' | 'streamInterval'>) {
    this.sampling = options.sampling;
    this.stream = new SampleStream({ ...options, index: 0, stream: true, streamInterval: 1 });
  }

  /** What these tokens say; undefined for none, and behind the end: a stop string may end the text before its tokens do. */
  read(tokens: GeneratedTokens): TextDelta | undefined {
    const delta = this.ended ? undefined : this.readTokens(tokens);
    this.ended ||= delta?.finishReason !== undefined;
    return delta;
  }

  private readTokens(tokens: GeneratedTokens): TextDelta | undefined {
    const { tokenIds, finishReason } = tokens;
    if (finishReason === undefined) return this.push({ newTokenIds: tokenIds });
    const { isStopToken, stopReason } = endingOf(tokens, this.sampling);
    const end = tokenIds.length - (isStopToken ? 1 : 0);
    const text = this.push({ newTokenIds: tokenIds.slice(0, end) });
    if (text?.finishReason !== undefined) return text;
    const last = this.push({ newTokenIds: tokenIds.slice(end), finishReason, stopReason });
    return last && { ...last, text: (text?.text ?? '') + last.text, tokenIds };
  }

  private push(output: Omit<EngineOutput, 'requestId'>): TextDelta | undefined {
    return this.stream.push({ requestId: '', ...output });
  }
}
