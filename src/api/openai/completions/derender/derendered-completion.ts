import { codePointLength } from '@app/python-text';
import { contextAfter } from '@app/text';
import type { GeneratedElsewhere, ReadingSampling, TextWindow } from '@app/text';
import { jsonText, RawJson } from '@server/language/answers/json-text';
import type {
  GeneratedChoice,
  GeneratedChunkChoice,
  GeneratedLogprobs,
} from '@server/api/openai/shared/derender/dto/generated.dto';
import { nameInTurns } from '@server/api/openai/shared/derender/name-in-turns';
import { readInTurns } from '@server/api/openai/shared/derender/read-in-turns';
import { readWindowInTurns } from '@server/api/openai/shared/derender/read-window-in-turns';
import type { StreamState } from '@server/api/openai/shared/derender/stream-state';
import { refuse } from '@server/api/openai/shared/early.rules';
import { CompletionLogprobsWriter } from '../completion-logprobs.js';
import type { CompletionLogprobs, CompletionLogprobsOptions } from '../completion-logprobs.js';
import { toChoice } from '../to-completion-response.js';

/** How tokens that answer one completion request are read, and what the answer shows of them. */
export interface CompletionReading {
  readonly sampling: ReadingSampling;
  readonly logprobs: CompletionLogprobsOptions;
  readonly returnTokenIds: boolean;
}

/** The prompt of an output, as far as the caller tells. */
export interface AnsweredTokens {
  /** What the text goes on from. */
  readonly context: readonly number[];
  /** What the answer shows of it. */
  readonly shown: readonly number[] | undefined;
}

/** Makes choices of one completion request from tokens that were generated elsewhere. What comes in is bounded by now; what takes longer is done in turns. */
export class DerenderedCompletion {
  constructor(
    private readonly elsewhere: GeneratedElsewhere,
    private readonly options: CompletionReading,
  ) {}

  /** A whole answer, as JSON. `requestId`: of its response, for messages. */
  async whole(
    { index: given, token_ids = [], finish_reason, stop_reason, logprobs }: GeneratedChoice,
    {
      index,
      requestId,
      prompt,
    }: { readonly index: number; readonly requestId: string; readonly prompt: AnsweredTokens },
  ): Promise<RawJson> {
    if (token_ids.length === 0) refuse(`choice ${given} in response ${requestId} has empty or null token_ids`);
    const ending = { finishReason: finish_reason ?? 'stop', stopReason: stop_reason };
    const reader = this.elsewhere.createReader(prompt.context, this.options.sampling, ending);
    const deltas = await readInTurns({ tokenIds: token_ids, ...ending }, (tokens) => reader.read(tokens));
    const last = deltas.findLast((delta) => delta !== undefined);
    const text = deltas.map((delta) => delta?.text ?? '').join('');
    const { returnTokenIds } = this.options;
    const choice =
      last &&
      toChoice(
        { returnTokenIds, logprobs: undefined, returnWeightVersions: false },
        { tokenIds: prompt.shown ?? [], echo: undefined },
        { ...last, index, text, tokenIds: token_ids },
      );
    return new RawJson(
      jsonText({
        ...choice,
        finish_reason: finish_reason ?? null,
        logprobs: await this.logprobsJson(logprobs, [], this.createWriter(0)),
        prompt_token_ids: (returnTokenIds ? prompt.shown : undefined) ?? null,
      }),
    );
  }

  /** Where an output after this prompt stands. */
  firstWindow(promptTokenIds: readonly number[]): TextWindow {
    return this.elsewhere.windowAfter(promptTokenIds, this.options.sampling);
  }

  /** The next tokens of an output. */
  async next(
    { index, token_ids, finish_reason, stop_reason, logprobs }: GeneratedChunkChoice,
    state: StreamState,
    promptTokenIds: readonly number[] | undefined,
  ): Promise<{ readonly choice: object; readonly state: StreamState }> {
    const tokenIds = token_ids ?? [];
    const { logprobContext, logprobTextOffset } = state;
    const tokens = { tokenIds, finishReason: finish_reason, stopReason: stop_reason };
    const { elsewhere } = this;
    const { sampling, returnTokenIds } = this.options;
    const { text, stopReason, window } = await readWindowInTurns(state.window, tokens, { elsewhere, sampling });
    const writer = this.createWriter(logprobTextOffset);
    const shown = await this.logprobsJson(logprobs, logprobContext, writer);
    return {
      choice: {
        index,
        text,
        logprobs: shown,
        finish_reason: finish_reason ?? null,
        stop_reason: stopReason ?? null,
        prompt_token_ids: (returnTokenIds ? promptTokenIds : undefined) ?? null,
        token_ids: (returnTokenIds ? token_ids : undefined) ?? null,
        weight_versions: null,
      },
      state: {
        ...state,
        window,
        logprobContext: contextAfter(logprobContext, tokenIds),
        logprobTextOffset: shown?.tokens.length ? writer.textOffset : logprobTextOffset + codePointLength(text),
      },
    };
  }

  private createWriter(textOffset: number): CompletionLogprobsWriter {
    return new CompletionLogprobsWriter(this.options.logprobs, textOffset);
  }

  private async logprobsJson(
    logprobs: GeneratedLogprobs | undefined,
    context: readonly number[],
    writer: CompletionLogprobsWriter,
  ): Promise<CompletionLogprobs | null> {
    if (!logprobs) return null;
    const { elsewhere } = this;
    const { limit } = this.options.logprobs;
    // The token itself stands among its alternatives.
    const naming = { elsewhere, limit: limit === undefined ? undefined : limit + 1, context };
    const parts = await nameInTurns(logprobs.content ?? [], naming, (positions) => writer.writeNamed(positions));
    return {
      text_offset: parts.flatMap((part) => part.text_offset),
      token_logprobs: parts.flatMap((part) => part.token_logprobs),
      tokens: parts.flatMap((part) => part.tokens),
      top_logprobs: parts.flatMap((part) => part.top_logprobs),
    };
  }
}
