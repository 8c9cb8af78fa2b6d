import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Chat } from '@app/chat';
import type { PreparedChat } from '@app/chat';
import { ServedModels } from '@server/engine/served-models';
import { Admission } from '@server/http/admission';
import type { RequestContext } from '@server/http/request-context';
import { AnswerStyle } from '@server/language/answer-style';
import { collectSamples } from '@server/language/answers/collect-samples';
import { checkPromptTokens } from '@server/language/requests/prompt-tokens.rule';
import { checkChat } from '../chat-completion.rules.js';
import type { ChatAnswerOptions } from '../chat-answer-options.js';
import { toChatAnswerOptions } from '../to-chat-answer-options.js';
import { toChatRequest } from '../to-chat-request.js';
import type { BatchBody } from './to-batch-body.js';
import { toBatchChatResponse } from './to-batch-chat-response.js';

@Injectable()
export class BatchChatService {
  constructor(
    private readonly chat: Chat,
    private readonly models: ServedModels,
    private readonly admission: Admission,
    private readonly style: AnswerStyle,
  ) {}

  /** One answer with a choice for each conversation, as JSON text. One that fails fails the batch. */
  async complete({ batch, chats }: BatchBody, context: RequestContext): Promise<string> {
    const model = this.models.mustServe(batch.model);
    const lora = this.models.loraOf(batch.model);
    this.admission.check();
    const id = `chatcmpl-${context.requestId(batch.request_id)}`;
    const created = Math.floor(context.arrivalTime);
    const requests: PreparedChat[] = [];
    const options: ChatAnswerOptions[] = [];
    let tokens = 0;
    // One after the other: rendering all of them in one turn of the event loop would hold up everything else.
    for (const [index, body] of chats().entries()) {
      await nextTurn();
      context.signal.throwIfAborted();
      checkChat(body, this.chat.takesTools);
      const prepared = await this.chat.prepare({ ...toChatRequest(body, `${id}_${index}`, context), lora });
      tokens += prepared.promptTokenIds.length;
      checkPromptTokens(tokens, 'messages');
      requests.push(prepared);
      options.push(toChatAnswerOptions(body, { id, created, model, style: this.style, chat: this.chat, prepared }));
    }
    const samples = await collectSamples(requests, context.signal);
    return toBatchChatResponse(options, samples.flat());
  }
}
