import type { Answer, AnswerMode } from './answer.js';

const UNEXPECTED: Answer = { steps: [{ newTokenIds: [], finishReason: 'error' }] };

/** The first request gets the first answer, and so on; a request too many ends with an error at once. */
export function playAnswers(answers: readonly Answer[]): AnswerMode {
  return (_, index) => answers.at(index) ?? UNEXPECTED;
}
