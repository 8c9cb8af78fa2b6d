import { InvalidRequestError } from '@app/errors';
import { LETTER_REPLY, LETTERS, optionLine } from '@server/api/decisions/shared/closed-question';
import type { ClosedQuestion } from '@server/api/decisions/shared/closed-question';
import type { QuestionParam } from './dto/question.dto.js';

interface Option {
  readonly name: string;
  readonly description?: string;
}

/** The question as a choice among letters. Throws `InvalidRequestError` for more options than there are letters. */
export function toClosedQuestion(question: QuestionParam): ClosedQuestion {
  const options = toOptions(question);
  if (options.length > LETTERS.length) {
    throw new InvalidRequestError(`This model supports at most ${LETTERS.length} choices per question`);
  }
  const labels = LETTERS.slice(0, options.length);
  return {
    instructions: question.instructions,
    labels,
    lines: options.map(({ name, description }, index) => optionLine(labels[index], name, description)),
    replyInstruction: LETTER_REPLY,
  };
}

function toOptions(question: QuestionParam): readonly Option[] {
  switch (question.type) {
    case 'predicate':
      return [{ name: 'false' }, { name: 'true' }];
    case 'choice':
      return question.choices.map(({ value, description }) => ({ name: JSON.stringify(value), description }));
    case 'score':
      return question.levels.map(({ label, description }) => ({ name: label, description }));
  }
}
