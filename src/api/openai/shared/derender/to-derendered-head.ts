import type { ServedModels } from '@server/engine/served-models';
import type { RequestContext } from '@server/http/request-context';
import { randomId } from '@server/http/request-id';
import type { AnswerHead } from '../to-shared-answer-options.js';

export interface DerenderedHeadFacts {
  readonly models: ServedModels;
  readonly context: RequestContext;
  /** Of what was generated. */
  readonly requestId: string | undefined;
}

/** The head of a derendered answer, with the model's name as the client gave it. Throws `NotFoundError` for a model that is not served. */
export function toDerenderedHead(
  { model }: { readonly model?: string | undefined },
  { models, context, requestId }: DerenderedHeadFacts,
): AnswerHead {
  const served = models.mustServe(model);
  return {
    id: requestId ?? randomId(),
    created: Math.floor(context.arrivalTime),
    model: model || served,
    systemFingerprint: null,
  };
}
