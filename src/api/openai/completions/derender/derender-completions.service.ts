import { setImmediate as nextTurn } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
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
import type { GeneratedResponse } from '@server/api/openai/shared/derender/dto/generated.dto';
import { startState, streamStateJson, toStreamState } from '@server/api/openai/shared/derender/stream-state';
import { toDerenderedHead } from '@server/api/openai/shared/derender/to-derendered-head';
import { refuse } from '@server/api/openai/shared/early.rules';
import { MAX_PROMPTS } from '../completion.rules.js';
import { checkPromptLists } from './derender-completion.rules.js';
import { DerenderedCompletion } from './derendered-completion.js';
import { DerenderCompletionChunkRequest, DerenderCompletionRequest } from './dto/derender-completion-request.dto.js';
import { toCompletionReading } from './to-completion-reading.js';
import { toDerenderedChunk, toDerenderedCompletion } from './to-derendered-completion.js';

const asWhole = compileValidator(DerenderCompletionRequest);
const asChunk = compileValidator(DerenderCompletionChunkRequest);

/** Completions from the tokens that another server generated; everything that is needed comes with the request. */
@Injectable()
export class DerenderCompletionsService {
  constructor(
    private readonly text: Text,
    private readonly models: ServedModels,
    private readonly style: AnswerStyle,
  ) {}

  /** `body`: the whole answers to all prompts, or one chunk of a stream with the state that the chunk before it left. */
  derender(body: unknown, context: RequestContext): Promise<string> {
    return isObject(body) && body.stream === true
      ? this.derenderChunk(asChunk(body), context)
      : this.derenderWhole(asWhole(body), context);
  }

  private async derenderWhole(body: DerenderCompletionRequest, context: RequestContext): Promise<string> {
    const { models } = this;
    const { generate_responses: responses } = body;
    checkPromptLists(body);
    const head = toDerenderedHead(body, { models, context, requestId: responses.at(0)?.request_id });
    if (responses.length === 0) refuse('generate_responses must not be empty');
    if (responses.length > MAX_PROMPTS) {
      refuse(`generate_responses count (${responses.length}) exceeds server maximum (${MAX_PROMPTS}).`);
    }
    responses.forEach((response) => checkResponse(response, this.text));
    body.prompt_token_ids?.forEach((ids) => checkPrompt(ids, this.text));
    const choices = await this.choicesOf(body, context);
    return toDerenderedCompletion(head, body, {
      choices,
      kvTransferParams: commonTransferParams(responses),
    });
  }

  private async choicesOf(body: DerenderCompletionRequest, context: RequestContext): Promise<RawJson[]> {
    const derendered = this.reader(body.completion_request, context);
    const choices: RawJson[] = [];
    for (const [at, response] of body.generate_responses.entries()) {
      const { prompt_token_ids: shown, request_id: requestId = '' } = response;
      const prompt = { shown, context: body.prompt_token_ids?.[at] ?? shown ?? [] };
      for (const choice of response.choices) {
        await nextTurn();
        choices.push(await derendered.whole(choice, { index: choices.length, requestId, prompt }));
      }
    }
    return choices;
  }

  private async derenderChunk(body: DerenderCompletionChunkRequest, context: RequestContext): Promise<string> {
    const { models } = this;
    const { generate_chunk: chunk, completion_request: request } = body;
    const head = toDerenderedHead(body, { models, context, requestId: chunk.request_id });
    refuseStopStrings(request?.stop);
    checkPrompt(body.prompt_token_ids, this.text);
    checkOneChoice(chunk.choices, 'derender_completion_stream');
    chunk.choices.forEach((choice) => checkChoice(choice, this.text));
    const derendered = this.reader(request, context);
    const state = body.stream_state
      ? toStreamState(body.stream_state, this.text.tokenizer)
      : startState(derendered.firstWindow(body.prompt_token_ids ?? chunk.prompt_token_ids ?? []));
    const [choice] = chunk.choices;
    const step = choice && (await derendered.next(choice, state, chunk.prompt_token_ids));
    return jsonText({
      chunk: toDerenderedChunk(head, body, step?.choice),
      stream_state: streamStateJson(step?.state ?? state, this.text.tokenizer),
    });
  }

  private reader(
    request: DerenderCompletionRequest['completion_request'],
    context: RequestContext,
  ): DerenderedCompletion {
    return new DerenderedCompletion(
      this.text.generatedElsewhere,
      toCompletionReading(request, { style: this.style, context }),
    );
  }
}

/** Those of one transfer; of several there are none that would hold for all. */
function commonTransferParams(responses: readonly GeneratedResponse[]): Record<string, unknown> | undefined {
  const [{ kv_transfer_params: first }, ...others] = responses;
  return others.every(({ kv_transfer_params: other }) => isDeepStrictEqual(other, first)) ? first : undefined;
}
