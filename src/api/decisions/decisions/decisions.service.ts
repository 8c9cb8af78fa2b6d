import { Inject, Injectable, Optional } from '@nestjs/common';
import { InvalidRequestError, UnsupportedError } from '@app/errors';
import { DecisionReads, MAX_QUESTIONS } from '@server/api/decisions/shared/decision-reads';
import { checkJoint } from '@server/api/decisions/shared/no-joint.rule';
import { totalOf } from '@server/api/decisions/shared/total-of';
import { ServedModels } from '@server/engine/served-models';
import { Admission } from '@server/http/admission';
import type { RequestContext } from '@server/http/request-context';
import { jsonText } from '@server/language/answers/json-text';
import type { DecisionsRequest } from './dto/decisions-request.dto.js';
import { toAnswer } from './to-answer.js';
import { toClosedQuestion } from './to-closed-question.js';
import { toSubject } from './to-subject.js';

/** Predicates, choices and scores about a text, answered with probabilities. */
@Injectable()
export class DecisionsService {
  constructor(
    private readonly models: ServedModels,
    private readonly admission: Admission,
    @Optional() @Inject(DecisionReads) private readonly reads: DecisionReads | undefined,
  ) {}

  /** The answer as JSON text (routes.md §7.2). */
  async decide(body: DecisionsRequest, context: RequestContext): Promise<string> {
    if (!this.reads) throw new UnsupportedError('The model does not support the Decisions API');
    const model = this.models.mustServe(body.model);
    const { questions, input, cache_salt } = body;
    if (questions.length > MAX_QUESTIONS) {
      throw new InvalidRequestError(`questions: at most ${MAX_QUESTIONS} for this model`);
    }
    const asked = questions.map(toClosedQuestion);
    checkJoint(body);
    this.admission.check();
    const reads = await this.reads.read(asked, {
      requestId: `decision-${context.requestId()}`,
      subject: toSubject(input),
      lora: this.models.loraOf(body.model),
      cacheSalt: cache_salt,
      priority: context.priority,
      dataParallelRank: context.dataParallelRank,
      signal: context.signal,
    });
    const inputTokens = totalOf(reads, 'promptTokens');
    const outputTokens = totalOf(reads, 'completionTokens');
    return jsonText({
      model,
      answers: questions.map((question, index) => toAnswer(question, reads[index])),
      usage: {
        input_tokens: inputTokens,
        input_tokens_details: {
          cached_tokens: totalOf(reads, 'cachedTokens'),
          cache_write_tokens: totalOf(reads, 'cacheCreationTokens'),
        },
        output_tokens: outputTokens,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: inputTokens + outputTokens,
      },
    });
  }
}
