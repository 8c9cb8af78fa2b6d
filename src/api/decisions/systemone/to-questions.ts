import { InvalidRequestError } from '@app/errors';
import { pythonList, pythonRepr, pythonText } from '@app/python-text';
import type { ClosedQuestion } from '@server/api/decisions/shared/closed-question';
import { MAX_QUESTIONS } from '@server/api/decisions/shared/decision-reads';
import type { QuestionParam } from './dto/structured-decision-request.dto.js';
import { questionTypes } from './question-types/index.js';
import type { Option, QuestionType } from './question-types/question-type.js';

export interface Question {
  readonly id: string;
  readonly type: QuestionType;
  readonly options: readonly Option[];
  /** How it is asked. */
  readonly asked: ClosedQuestion;
}

/** The questions of a request, in their order. Throws `InvalidRequestError` for the first that is none (routes.md §7.1). */
export function toQuestions(params: Readonly<Record<string, QuestionParam>>): Question[] {
  const entries = Object.entries(params);
  if (entries.length === 0) throw new InvalidRequestError('questions: needs at least one question');
  if (entries.length > MAX_QUESTIONS) {
    throw new InvalidRequestError(`questions: at most ${MAX_QUESTIONS} for this model`);
  }
  return entries.map(([id, param]) => toQuestion(id, param));
}

function toQuestion(id: string, { type: name, instructions, criteria, unknownFields }: QuestionParam): Question {
  const refuse = (reason: string): never => {
    throw new InvalidRequestError(`question ${pythonRepr(id)}: ${reason}`);
  };
  if (unknownFields.length > 0) refuse(`unknown field(s) ${pythonList(unknownFields)}`);
  if (id === '') throw new InvalidRequestError('question ids must be non-empty');
  const type = mustFindType(name);
  const options = type.toOptions(criteria) ?? refuse(type.criteriaRule);
  if (new Set(options.map((option) => option.name)).size < options.length) refuse('duplicate option names');
  if (options.length > type.labels.length) refuse(`at most ${type.labels.length} options for this model`);
  const labels = type.labels.slice(0, options.length);
  return {
    id,
    type,
    options,
    asked: {
      instructions: instructions === null ? '' : pythonText(instructions),
      labels,
      lines: options.map((option, index) => type.toLine(labels[index], option)),
      replyInstruction: type.replyInstruction,
    },
  };
}

function mustFindType(name: string): QuestionType {
  const type = questionTypes.find((candidate) => candidate.name === name);
  if (type) return type;
  const names = pythonList(questionTypes.map((known) => known.name));
  throw new InvalidRequestError(`unknown question type ${pythonRepr(name)}; supported: ${names}`);
}
