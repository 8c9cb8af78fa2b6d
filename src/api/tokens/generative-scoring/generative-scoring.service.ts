import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { InternalError } from '@app/errors';
import { Text } from '@app/text';
import type { PreparedText, TextDelta, TextRequest } from '@app/text';
import { ServedModels } from '@server/engine/served-models';
import { Admission } from '@server/http/admission';
import type { RequestContext } from '@server/http/request-context';
import { collectSamples } from '@server/language/answers/collect-samples';
import type { Startable } from '@server/language/answers/collect-samples';
import { jsonFloat, jsonText } from '@server/language/answers/json-text';
import { usageJson } from '@server/language/answers/usage';
import { checkPromptTokens } from '@server/language/requests/prompt-tokens.rule';
import type { GenerativeScoringRequest } from './dto/generative-scoring-request.dto.js';
import { checkScoring } from './generative-scoring.rules.js';
import { toScore } from './to-score.js';

/** How likely a label is the next token after query and item, for every item of a list. */
@Injectable()
export class GenerativeScoringService {
  constructor(
    private readonly text: Text,
    private readonly models: ServedModels,
    private readonly admission: Admission,
  ) {}

  /** The answer as JSON text (other-endpoints.md §9). */
  async score(body: GenerativeScoringRequest, context: RequestContext): Promise<string> {
    const model = this.models.mustServe(body.model);
    this.admission.check();
    checkScoring(body, this.text.vocabularySize);
    const id = `generative-scoring-${context.requestId(body.request_id)}`;
    const prompts = await this.toPrompts(body, context.signal);
    const lora = this.models.loraOf(body.model);
    const requests: Startable<TextDelta>[] = [];
    for (const [index, tokenIds] of prompts.entries()) {
      const request = toTextRequest(body, context, { requestId: `${id}-${index}`, tokenIds });
      requests.push(namingItem(await this.text.prepare({ ...request, lora }), index));
    }
    const samples = await collectSamples(requests, context.signal);
    const options = { labels: body.label_token_ids, softmax: body.apply_softmax };
    return jsonText({
      id,
      object: 'list',
      created: Math.floor(context.arrivalTime),
      model,
      data: samples.map(([{ logprobs }], index) => ({
        index,
        object: 'score',
        score: jsonFloat(toScore(logprobs?.[0] ?? [], options)),
      })),
      usage: usageJson(
        {
          promptTokens: prompts.reduce((sum, { length }) => sum + length, 0),
          completionTokens: samples.reduce((sum, [{ completionTokens }]) => sum + completionTokens, 0),
        },
        undefined,
      ),
    });
  }

  /** Query and item of each prompt, cut so that one token fits behind them. */
  private async toPrompts(
    { query, items, item_first, add_special_tokens }: GenerativeScoringRequest,
    signal: AbortSignal,
  ) {
    const most = this.text.maxModelLen - 1;
    const encode = (text: string | readonly number[], field: string, addSpecialTokens: boolean) =>
      typeof text === 'string' ? this.text.encodeStart(text, { field, addSpecialTokens }) : text;
    const queryIds = await encode(query, 'query', add_special_tokens);
    const prompts: (readonly number[])[] = [];
    let tokens = 0;
    for (const item of items) {
      await nextTurn();
      signal.throwIfAborted();
      const itemIds = await encode(item, 'items', false);
      const ids = item_first ? [...itemIds, ...queryIds] : [...queryIds, ...itemIds];
      prompts.push(ids.slice(0, most));
      tokens += Math.min(ids.length, most);
      checkPromptTokens(tokens, 'items');
    }
    return prompts;
  }
}

function toTextRequest(
  { label_token_ids: labels, cache_salt, priority }: GenerativeScoringRequest,
  context: RequestContext,
  { requestId, tokenIds }: { readonly requestId: string; readonly tokenIds: readonly number[] },
): TextRequest {
  return {
    requestId,
    prompt: { type: 'tokens', tokenIds },
    isRendered: true,
    sampling: {
      maxTokens: 1,
      maxTokensField: 'max_tokens',
      logprobs: labels.length,
      logprobTokenIds: labels,
      outputKind: 'cumulative',
    },
    stream: false,
    cacheSalt: cache_salt,
    priority: context.priority ?? Number(priority),
    dataParallelRank: context.dataParallelRank,
  };
}

/** A failure of the engine tells which item it was. */
function namingItem(prepared: PreparedText, index: number): Startable<TextDelta> {
  return {
    start: (sink) =>
      prepared.start({
        push: (delta) => sink.push(delta),
        fail: (error) =>
          sink.fail(error instanceof InternalError ? new InternalError(`Generation error for item ${index}`) : error),
      }),
  };
}
