import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Chat } from '@app/chat';
import type { PreparedText, TextGeneration } from '@app/text';
import { ServedModels } from '@server/engine/served-models';
import { Admission } from '@server/http/admission';
import { EventStream } from '@server/http/event-stream';
import type { RequestContext } from '@server/http/request-context';
import { AnswerStyle } from '@server/language/answer-style';
import { collectSamples } from '@server/language/answers/collect-samples';
import type { GenerateRequest } from './dto/generate-request.dto.js';
import type { GenerateAnswerOptions } from './generate-answer-options.js';
import { GenerateStream } from './generate-stream.js';
import { checkGenerate } from './generate.rules.js';
import { toMessageOptions } from './to-message-options.js';
import { toGenerateResponse } from './to-generate-response.js';
import { toTextRequest } from './to-text-request.js';

interface PreparedGenerate {
  readonly prepared: PreparedText;
  readonly options: GenerateAnswerOptions;
}

/** Token ids in, token ids out: the half of a chat between rendering and derendering. */
@Injectable()
export class GenerateService {
  constructor(
    private readonly chat: Chat,
    private readonly models: ServedModels,
    private readonly admission: Admission,
    private readonly style: AnswerStyle,
  ) {}

  /** The whole answer, as JSON text. */
  async complete(body: GenerateRequest, context: RequestContext): Promise<string> {
    const { prepared, options } = await this.prepare(body, context);
    const [samples] = await collectSamples([prepared], context.signal);
    return toGenerateResponse(options, samples);
  }

  /** The answer as events. What fails before the first is answered with a status, what fails later with an error event. */
  async stream(body: GenerateRequest, context: RequestContext, reply: FastifyReply): Promise<void> {
    const { prepared, options } = await this.prepare(body, context);
    let running: TextGeneration | undefined;
    const abort = () => running?.abort();
    const onDeadline = (error: unknown) => stream.fail(error);
    const stream = new GenerateStream(options, EventStream.open(reply, { onClose: abort, onDeadline }), abort);
    try {
      running = prepared.start(stream);
    } catch (error) {
      stream.fail(error);
    }
  }

  private async prepare(body: GenerateRequest, context: RequestContext): Promise<PreparedGenerate> {
    const requestId = `generate-tokens-${context.requestId(body.request_id)}`;
    // Sampling parameters are judged with the body, so before the model's name.
    const prepared = await this.chat.text.prepare({
      ...toTextRequest(body, context, requestId),
      lora: this.models.loraOf(body.model),
    });
    const model = this.models.mustServe(body.model);
    this.admission.check();
    checkGenerate(body, {
      hasTokenizer: this.chat.text.hasTokenizer,
      hasParser: this.chat.readsReasoning || this.chat.readsToolCalls,
      modelName: model,
      maxNumSeqs: this.chat.text.maxNumSeqs,
    });
    const { output_mode, return_token_ids, stream_options } = body;
    const options: GenerateAnswerOptions = {
      requestId,
      model,
      outputMode: output_mode,
      promptTokenIds: prepared.promptTokenIds,
      returnTokenIds: return_token_ids ?? false,
      ...toLogprobsOptions(body),
      asTokenIds: this.style.returnTokensAsTokenIds,
      includeUsage: stream_options?.include_usage ?? false,
      continuousUsage: (stream_options?.include_usage ?? false) && (stream_options?.continuous_usage_stats ?? false),
      promptTokensDetails: this.style.promptTokensDetails,
      sampleCount: prepared.sampleCount,
      message:
        output_mode === 'derender'
          ? await toMessageOptions(body.parse_context, this.chat, prepared.promptTokenIds)
          : undefined,
    };
    return { prepared, options };
  }
}

/** A message has the log probabilities of a chat, cut to the count that was asked for. */
function toLogprobsOptions({
  output_mode,
  sampling_params: { logprobs, logprob_token_ids },
}: GenerateRequest): Pick<GenerateAnswerOptions, 'showsLogprobs' | 'logprobsLimit'> {
  if (output_mode !== 'derender') return { showsLogprobs: logprobs !== undefined, logprobsLimit: undefined };
  const showsAll = logprobs === -1 || logprob_token_ids !== undefined;
  return {
    showsLogprobs: logprobs !== undefined || logprob_token_ids !== undefined,
    logprobsLimit: showsAll ? undefined : logprobs,
  };
}
