import { pythonText } from '@app/python-text';
import { DIGITS, optionLine } from '@server/api/decisions/shared/closed-question';
import { confidenceOf, expectedIndex } from '@server/api/decisions/shared/likeliest';
import { jsonFloat } from '@server/language/answers/json-text';
import type { QuestionType } from './question-type.js';

/** A level on a scale: `criteria` list the levels from the first to the last. */
export const score: QuestionType = {
  name: 'score',
  labels: DIGITS,
  replyInstruction: 'Answer with the number of one level only.',
  criteriaRule: 'score criteria must be an ordered list of levels',
  toOptions: (criteria) =>
    Array.isArray(criteria) && criteria.length >= 2
      ? criteria.map((level: unknown) => ({ name: pythonText(level) }))
      : undefined,
  toLine: (label, { name }) => optionLine(label, name, undefined),
  toAnswer: (options, read) => ({
    type: 'score',
    score: jsonFloat(expectedIndex(read)),
    legend: Object.fromEntries(options.map(({ name }, index) => [index, name])),
    probabilities: Object.fromEntries(read.probabilities.map((probability, index) => [index, jsonFloat(probability)])),
    confidence: jsonFloat(confidenceOf(read)),
  }),
};
