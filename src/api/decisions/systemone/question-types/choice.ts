import { LETTER_REPLY, LETTERS, optionLine } from '@server/api/decisions/shared/closed-question';
import { confidenceOf, likeliest } from '@server/api/decisions/shared/likeliest';
import { isObject } from '@server/http/validation/index';
import { jsonFloat } from '@server/language/answers/json-text';
import { toOption } from './to-option.js';
import type { QuestionType } from './question-type.js';

/** One of several: `criteria` name the options. */
export const choice: QuestionType = {
  name: 'choice',
  labels: LETTERS,
  replyInstruction: LETTER_REPLY,
  criteriaRule: 'choice criteria must map option names to a description or null',
  toOptions: (criteria) =>
    isObject(criteria) && Object.keys(criteria).length > 0
      ? Object.entries(criteria).map(([name, description]) => toOption(name, description))
      : undefined,
  toLine: (label, { name, description }) => optionLine(label, name, description),
  toAnswer: (options, read) => ({
    type: 'choice',
    choice: options[likeliest(read)].name,
    probabilities: new Map(options.map(({ name }, index) => [name, jsonFloat(read.probabilities[index])])),
    confidence: jsonFloat(confidenceOf(read)),
  }),
};
