import { Inject, Injectable, Optional } from '@nestjs/common';
import { UnsupportedError } from '@app/errors';
import { DecisionReads } from '@server/api/decisions/shared/decision-reads';
import type { DecisionRead } from '@server/api/decisions/shared/decision-reads';
import { checkJoint } from '@server/api/decisions/shared/no-joint.rule';
import { totalOf } from '@server/api/decisions/shared/total-of';
import { ServedModels } from '@server/engine/served-models';
import { Admission } from '@server/http/admission';
import type { RequestContext } from '@server/http/request-context';
import { jsonFloat, jsonText, spacedJsonText } from '@server/language/answers/json-text';
import type { StructuredDecisionRequest } from './dto/structured-decision-request.dto.js';
import { checkMedia } from './media.rule.js';
import { toQuestions } from './to-questions.js';

/** Structured decisions: questions about a state, answered with probabilities. */
@Injectable()
export class SystemoneService {
  constructor(
    private readonly models: ServedModels,
    private readonly admission: Admission,
    @Optional() @Inject(DecisionReads) private readonly reads: DecisionReads | undefined,
  ) {}

  /** The answer as JSON text (routes.md §7.1). */
  async decide(body: StructuredDecisionRequest, context: RequestContext): Promise<string> {
    const { reads } = this;
    if (!reads) throw new UnsupportedError('The model does not support the structured decision API');
    const model = this.models.mustServe(body.model);
    const questions = toQuestions(body.questions);
    checkMedia(body);
    checkJoint(body);
    this.admission.check();
    const { state, instructions, chat_template_kwargs, cache_salt, priority } = body;
    const id = `decision-${context.requestId(body.request_id)}`;
    const answers = await reads.read(
      questions.map(({ asked }) => asked),
      {
        requestId: id,
        subject: typeof state === 'string' ? state : spacedJsonText(state),
        instructions,
        templateKwargs: chat_template_kwargs,
        lora: this.models.loraOf(body.model),
        cacheSalt: cache_salt,
        priority: context.priority ?? Number(priority),
        dataParallelRank: context.dataParallelRank,
        signal: context.signal,
      },
    );
    return jsonText({
      id,
      object: 'structured_decision',
      created: Math.floor(context.arrivalTime),
      model,
      answers: new Map(
        questions.map((question, index) => [question.id, question.type.toAnswer(question.options, answers[index])]),
      ),
      usage: {
        input_tokens: totalOf(answers, 'promptTokens'),
        output_tokens: totalOf(answers, 'completionTokens'),
      },
      diagnostics: new Map(questions.map((question, index) => [question.id, toDiagnostics(answers[index])])),
      joint: null,
    });
  }
}

function toDiagnostics({ labelMass, argmaxIsLabel }: DecisionRead): object {
  return { label_mass: jsonFloat(labelMass), argmax_is_label: argmaxIsLabel };
}
