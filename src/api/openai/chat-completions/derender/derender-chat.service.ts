import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Chat } from '@app/chat';
import { Text } from '@app/text';
import { ServedModels } from '@server/engine/served-models';
import type { RequestContext } from '@server/http/request-context';
import { compileValidator, isObject } from '@server/http/validation/index';
import { AnswerStyle } from '@server/language/answer-style';
import { jsonText } from '@server/language/answers/json-text';
import type { RawJson } from '@server/language/answers/json-text';
import {
  checkChoice,
  checkOneChoice,
  checkPrompt,
  checkResponse,
  refuseStopStrings,
} from '@server/api/openai/shared/derender/derender.rules';
import {
  emptyWindow,
  startState,
  streamStateJson,
  toStreamState,
} from '@server/api/openai/shared/derender/stream-state';
import type { StreamState } from '@server/api/openai/shared/derender/stream-state';
import { toDerenderedHead } from '@server/api/openai/shared/derender/to-derendered-head';
import { refuse } from '@server/api/openai/shared/early.rules';
import { DerenderChatChunkRequest, DerenderChatRequest } from './dto/derender-chat-request.dto.js';
import { DerenderedChat } from './derendered-chat.js';
import { toChatReading } from './to-chat-reading.js';
import { toDerenderedChat, toDerenderedChunk } from './to-derendered-chat.js';

const asWhole = compileValidator(DerenderChatRequest);
const asChunk = compileValidator(DerenderChatChunkRequest);

/** Chat answers from the tokens that another server generated; everything that is needed comes with the request. */
@Injectable()
export class DerenderChatService {
  constructor(
    private readonly text: Text,
    private readonly chat: Chat,
    private readonly models: ServedModels,
    private readonly style: AnswerStyle,
  ) {}

  /** `body`: a whole answer, or one chunk of a stream with the state that the chunk before it left. */
  derender(body: unknown, context: RequestContext): Promise<string> {
    return isObject(body) && body.stream === true
      ? this.derenderChunk(asChunk(body), context)
      : this.derenderWhole(asWhole(body), context);
  }

  private async derenderWhole(body: DerenderChatRequest, context: RequestContext): Promise<string> {
    const { models } = this;
    const { generate_response: generated, chat_request: request } = body;
    const head = toDerenderedHead(body, { models, context, requestId: generated.request_id });
    checkResponse(generated, this.text);
    checkPrompt(body.prompt_token_ids, this.text);
    this.mustHaveRequest(body);
    const promptTokenIds = body.prompt_token_ids ?? generated.prompt_token_ids ?? [];
    const derendered = await this.reader(request, promptTokenIds, context);
    const choices: RawJson[] = [];
    for (const choice of generated.choices) {
      await nextTurn();
      choices.push(await derendered.whole(choice));
    }
    return toDerenderedChat(head, body, choices);
  }

  private async derenderChunk(body: DerenderChatChunkRequest, context: RequestContext): Promise<string> {
    const { models } = this;
    const { generate_chunk: chunk, chat_request: request, prompt_token_ids } = body;
    const head = toDerenderedHead(body, { models, context, requestId: chunk.request_id });
    refuseStopStrings(request?.stop);
    this.mustHaveRequest(body);
    if (this.hasParsers && !prompt_token_ids) refuse(NEEDS_PROMPT);
    checkOneChoice(chunk.choices, 'derender_chat_stream');
    this.checkLength(body);
    chunk.choices.forEach((choice) => checkChoice(choice, this.text));
    const promptTokenIds = prompt_token_ids ?? chunk.prompt_token_ids ?? [];
    const derendered = await this.reader(request, promptTokenIds, context);
    const state: StreamState = body.stream_state
      ? toStreamState(body.stream_state, this.text.tokenizer)
      : startState(this.hasParsers ? emptyWindow : derendered.firstWindow());
    const [choice] = chunk.choices;
    const step =
      choice && (await (this.hasParsers ? derendered.parsed(choice, state) : derendered.plain(choice, state)));
    return jsonText({
      chunk: toDerenderedChunk(head, body, step?.choice),
      stream_state: streamStateJson(step?.state ?? state, this.text.tokenizer),
    });
  }

  private get hasParsers(): boolean {
    return this.chat.readsReasoning || this.chat.readsToolCalls;
  }

  private mustHaveRequest({ chat_request }: Pick<DerenderChatRequest, 'chat_request'>): void {
    if (this.hasParsers && !chat_request) refuse(NEEDS_REQUEST);
  }

  /** A parser reads all of it again with every chunk. */
  private checkLength({ prompt_token_ids = [], stream_state, generate_chunk }: DerenderChatChunkRequest): void {
    const { maxModelLen } = this.text;
    const prompt = prompt_token_ids.length;
    const prior = stream_state?.output_token_ids.length ?? 0;
    const delta = generate_chunk.choices[0]?.token_ids?.length ?? 0;
    if (prompt + prior + delta <= maxModelLen) return;
    refuse(
      `prompt_token_ids length (${prompt}) plus output_token_ids length (${prior}) plus delta (${delta}) exceeds max_model_len (${maxModelLen}).`,
    );
  }

  private async reader(
    request: DerenderChatRequest['chat_request'],
    promptTokenIds: readonly number[],
    context: RequestContext,
  ): Promise<DerenderedChat> {
    const { chat, style } = this;
    const reading = await toChatReading(request, { chat, style, context, promptTokenIds });
    return new DerenderedChat(this.text.generatedElsewhere, promptTokenIds, reading);
  }
}

const NEEDS_REQUEST =
  'chat_request is required when a tool or reasoning parser is configured because plain detokenization would leak raw parser markup into content.';
const NEEDS_PROMPT =
  'prompt_token_ids is required when a tool or reasoning parser is configured. Without it parse_delta cannot tell whether the prompt left reasoning open ' +
  '(e.g. a chat template that pre-opens <think>) and would misclassify reasoning content as plain content.';
