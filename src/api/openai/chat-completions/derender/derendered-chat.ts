import type { ChatDelta, ChatEvent } from '@app/chat';
import { contextAfter } from '@app/text';
import type { GeneratedElsewhere, GeneratedTokens, TextWindow } from '@app/text';
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
import { chatLogprobJson } from '@server/language/answers/chat-logprobs';
import { toChoice } from '../to-chat-response.js';
import type { ChatReading } from './to-chat-reading.js';
import { toChunkChoice } from './to-chunk-choice.js';

/** What a chunk became, and the state after it. */
export interface DerenderedStep {
  readonly choice: object;
  readonly state: StreamState;
}

/** Makes choices of one chat from tokens that were generated elsewhere. What comes in is bounded by now; what takes longer is done in turns. */
export class DerenderedChat {
  constructor(
    private readonly elsewhere: GeneratedElsewhere,
    private readonly promptTokenIds: readonly number[],
    private readonly options: ChatReading,
  ) {}

  /** A whole answer, as JSON. */
  async whole({ index, token_ids = [], finish_reason, stop_reason, logprobs }: GeneratedChoice): Promise<RawJson> {
    if (token_ids.length === 0) refuse(`choice ${index} has empty or null token_ids`);
    const ending = { finishReason: finish_reason ?? 'stop', stopReason: stop_reason };
    const deltas = await readInTurns({ tokenIds: token_ids, ...ending }, this.createReader(ending));
    const events = deltas.flatMap((delta) => delta?.events ?? []);
    const last = deltas.findLast((delta) => delta !== undefined);
    const sample = last && { ...last, index, events, tokenIds: token_ids };
    const choice = sample && toChoice(this.options.choice, sample);
    return new RawJson(jsonText({ ...choice, logprobs: await this.logprobsJson(logprobs, []) }));
  }

  /** Where an output stands whose text is not read by parsers. */
  firstWindow(): TextWindow {
    return this.elsewhere.windowAfter(this.promptTokenIds, this.options.sampling);
  }

  /** The next tokens of an output without parsers: its text goes on from the window. */
  async plain(choice: GeneratedChunkChoice, state: StreamState): Promise<DerenderedStep> {
    const { token_ids: tokenIds = [], finish_reason: finishReason, stop_reason } = choice;
    const tokens = { tokenIds, finishReason, stopReason: stop_reason };
    const { elsewhere } = this;
    const { sampling } = this.options;
    const { text, stopReason, window } = await readWindowInTurns(state.window, tokens, { elsewhere, sampling });
    const events: readonly ChatEvent[] = text === '' ? [] : [{ type: 'content-delta', text }];
    return this.toStep(choice, { events, stopReason }, { ...state, window });
  }

  /** The next tokens of an output that parsers read. What they know cannot be carried, so they read all of it again; what they said then was told already. */
  async parsed(choice: GeneratedChunkChoice, state: StreamState): Promise<DerenderedStep> {
    const { token_ids: tokenIds = [], finish_reason: finishReason, stop_reason: stopReason } = choice;
    const { outputTokenIds, outputChunkLengths } = state;
    const read = this.createReader();
    const toolCallIds = [...state.toolCallIds];
    const told = await readInTurns({ tokenIds: outputTokenIds }, read);
    const deltas = await readInTurns({ tokenIds, finishReason, stopReason }, read);
    pinCallIds(told, toolCallIds);
    const events = pinCallIds(deltas, toolCallIds);
    const last = deltas.findLast((delta) => delta !== undefined);
    return this.toStep(
      choice,
      { events, stopReason: last ? last.stopReason : stopReason },
      {
        ...state,
        outputTokenIds: [...outputTokenIds, ...tokenIds],
        outputChunkLengths: tokenIds.length === 0 ? outputChunkLengths : [...outputChunkLengths, tokenIds.length],
        toolsStreamed: state.toolsStreamed || events.some(({ type }) => type === 'tool-call-start'),
        toolCallIds,
      },
    );
  }

  private async toStep(
    choice: GeneratedChunkChoice,
    said: { readonly events: readonly ChatEvent[]; readonly stopReason: number | string | undefined },
    state: StreamState,
  ): Promise<DerenderedStep> {
    const { roleSent, logprobContext, toolsStreamed } = state;
    const tokenIds = choice.token_ids ?? [];
    const logprobs = await this.logprobsJson(choice.logprobs, logprobContext);
    return {
      choice: toChunkChoice(this.options.choice, {
        ...said,
        index: choice.index,
        finishReason: choice.finish_reason,
        tokenIds: choice.token_ids,
        logprobs,
        withRole: !roleSent,
        toolsStreamed,
      }),
      state: { ...state, roleSent: true, logprobContext: contextAfter(logprobContext, tokenIds) },
    };
  }

  /** Of one sample, from its first token on. `ending`: when all of it is there. */
  private createReader(ending?: Omit<GeneratedTokens, 'tokenIds'>): (tokens: GeneratedTokens) => ChatDelta | undefined {
    const { reading, sampling } = this.options;
    const text = this.elsewhere.createReader(this.promptTokenIds, sampling, ending);
    const answer = reading.createReader();
    return (tokens) => {
      const delta = text.read(tokens);
      return delta && answer.read(delta);
    };
  }

  private async logprobsJson(
    logprobs: GeneratedLogprobs | undefined,
    context: readonly number[],
  ): Promise<object | null> {
    const { choice, logprobs: style } = this.options;
    if (!logprobs || choice.hidesReasoning) return null;
    if (!logprobs.content) return { content: null };
    const { elsewhere } = this;
    const parts = await nameInTurns(logprobs.content, { elsewhere, limit: style.limit, context }, (positions) =>
      positions.map(({ token, top = [] }) => jsonText(chatLogprobJson(token, top, style))).join(),
    );
    return { content: new RawJson(`[${parts.join()}]`) };
  }
}

/** Reading again makes other ids: those that were told stay, and new ones are noted. */
function pinCallIds(deltas: readonly (ChatDelta | undefined)[], ids: string[]): readonly ChatEvent[] {
  return deltas
    .flatMap((delta) => delta?.events ?? [])
    .map((event) => (event.type === 'tool-call-start' ? { ...event, id: (ids[event.index] ??= event.id) } : event));
}
