import { YES_NO } from '@server/api/decisions/shared/closed-question';
import { confidenceOf } from '@server/api/decisions/shared/likeliest';
import { isObject } from '@server/http/validation/index';
import { jsonFloat } from '@server/language/answers/json-text';
import { toOption } from './to-option.js';
import type { QuestionType } from './question-type.js';

/** Yes or no: `criteria` may say what each means. */
export const noul: QuestionType = {
  name: 'noul',
  labels: YES_NO,
  replyInstruction: 'Answer with yes or no only.',
  criteriaRule: 'noul criteria must be an object with true and false',
  toOptions(criteria) {
    const sides = criteria ?? {};
    if (!isObject(sides) || Object.keys(sides).some((key) => key !== 'true' && key !== 'false')) return undefined;
    return [toOption('yes', sides.true), toOption('no', sides.false)];
  },
  // Without its label, a side would be answered as "Yes" or "No".
  toLine: (label, { description }) => (description ? `${label}: ${description}` : label),
  toAnswer(_, read) {
    const [yes, no] = read.probabilities.map(jsonFloat);
    return { type: 'noul', noul: yes, probabilities: { yes, no }, confidence: jsonFloat(confidenceOf(read)) };
  },
};
