import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { eachInTurns } from '@app/async';
import type { PreparedText, TextGeneration } from '@app/text';
import { Text } from '@app/text';
import { ServedModels } from '@server/engine/served-models';
import { Admission } from '@server/http/admission';
import { EventStream } from '@server/http/event-stream';
import type { RequestContext } from '@server/http/request-context';
import { AnswerStyle } from '@server/language/answer-style';
import { collectSamples } from '@server/language/answers/collect-samples';
import type { CompletionAnswerOptions } from './completion-answer-options.js';
import { CompletionStream } from './completion-stream.js';
import { checkCompletion } from './completion.rules.js';
import type { CompletionRequest } from './dto/completion-request.dto.js';
import { toCompletionAnswerOptions } from './to-completion-answer-options.js';
import { toCompletionResponse } from './to-completion-response.js';
import { toTextRequests } from './to-text-requests.js';

@Injectable()
export class CompletionsService {
  constructor(
    private readonly text: Text,
    private readonly models: ServedModels,
    private readonly admission: Admission,
    private readonly style: AnswerStyle,
  ) {}

  /** The whole answer, as JSON text. */
  async complete(body: CompletionRequest, context: RequestContext): Promise<string> {
    const { prepared, options } = await this.prepare(body, context);
    return toCompletionResponse(options, await collectSamples(prepared, context.signal));
  }

  /** The answer as events. What fails before the first is answered with a status, what fails later with an error event. */
  async stream(body: CompletionRequest, context: RequestContext, reply: FastifyReply): Promise<void> {
    const { prepared, options } = await this.prepare(body, context);
    const running: TextGeneration[] = [];
    let aborted = false;
    const abort = () => {
      aborted = true;
      running.forEach((generation) => generation.abort());
    };
    const onDeadline = (error: unknown) => stream.fail(error);
    const events = EventStream.open(reply, { onClose: abort, onDeadline, keepAlive: true });
    const stream = new CompletionStream(options, events, abort);
    const start = (index: number) => {
      const generation = prepared[index].start(stream.sink(index));
      running.push(generation);
      // It may have failed while it started.
      if (aborted) generation.abort();
    };
    try {
      eachInTurns(prepared.length, start, { isOver: () => aborted, fail: (error) => stream.fail(error) });
    } catch (error) {
      stream.fail(error);
    }
  }

  private async prepare(
    body: CompletionRequest,
    context: RequestContext,
  ): Promise<{ readonly prepared: readonly PreparedText[]; readonly options: CompletionAnswerOptions }> {
    const model = this.models.mustServe(body.model);
    this.admission.check();
    checkCompletion(body);
    const id = `cmpl-${context.requestId(body.request_id)}`;
    const lora = this.models.loraOf(body.model);
    const requests = toTextRequests(body, id, context);
    const prepared = await Promise.all(requests.map((request) => this.text.prepare({ ...request, lora })));
    const created = Math.floor(context.arrivalTime);
    const options = toCompletionAnswerOptions(body, {
      id,
      created,
      model,
      style: this.style,
      requests,
      prepared,
      text: this.text,
    });
    return { prepared, options };
  }
}
