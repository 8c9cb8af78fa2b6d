import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Chat } from '@app/chat';
import type { PreparedChat } from '@app/chat';
import type { TextGeneration } from '@app/text';
import { ServedModels } from '@server/engine/served-models';
import { Admission } from '@server/http/admission';
import { EventStream } from '@server/http/event-stream';
import type { RequestContext } from '@server/http/request-context';
import { AnswerStyle } from '@server/language/answer-style';
import { collectSamples } from '@server/language/answers/collect-samples';
import type { ChatAnswerOptions } from './chat-answer-options.js';
import { checkChat } from './chat-completion.rules.js';
import { ChatStream } from './chat-stream.js';
import type { ChatCompletionRequest } from './dto/chat-completion-request.dto.js';
import { toChatAnswerOptions } from './to-chat-answer-options.js';
import { toChatRequest } from './to-chat-request.js';
import { toChatResponse } from './to-chat-response.js';

@Injectable()
export class ChatCompletionsService {
  constructor(
    private readonly chat: Chat,
    private readonly models: ServedModels,
    private readonly admission: Admission,
    private readonly style: AnswerStyle,
  ) {}

  /** The whole answer, as JSON text. */
  async complete(body: ChatCompletionRequest, context: RequestContext): Promise<string> {
    const { prepared, options } = await this.prepare(body, context);
    const [samples] = await collectSamples([prepared], context.signal);
    return toChatResponse(options, samples);
  }

  /** The answer as events. What fails before the first is answered with a status, what fails later with an error event. */
  async stream(body: ChatCompletionRequest, context: RequestContext, reply: FastifyReply): Promise<void> {
    const { prepared, options } = await this.prepare(body, context);
    let running: TextGeneration | undefined;
    const abort = () => running?.abort();
    const onDeadline = (error: unknown) => stream.fail(error);
    const events = EventStream.open(reply, { onClose: abort, onDeadline, keepAlive: true });
    const stream = new ChatStream(options, events, abort);
    try {
      running = prepared.start(stream);
    } catch (error) {
      stream.fail(error);
    }
  }

  private async prepare(
    body: ChatCompletionRequest,
    context: RequestContext,
  ): Promise<{ readonly prepared: PreparedChat; readonly options: ChatAnswerOptions }> {
    const model = this.models.mustServe(body.model);
    this.admission.check();
    checkChat(body, this.chat.takesTools);
    const id = `chatcmpl-${context.requestId(body.request_id)}`;
    const lora = this.models.loraOf(body.model);
    const prepared = await this.chat.prepare({ ...toChatRequest(body, id, context), lora });
    const created = Math.floor(context.arrivalTime);
    return {
      prepared,
      options: toChatAnswerOptions(body, { id, created, model, style: this.style, chat: this.chat, prepared }),
    };
  }
}
