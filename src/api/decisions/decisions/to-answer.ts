import type { DecisionRead } from '@server/api/decisions/shared/decision-reads';
import { confidenceOf, expectedIndex, likeliest } from '@server/api/decisions/shared/likeliest';
import { jsonFloat } from '@server/language/answers/json-text';
import type { QuestionParam } from './dto/question.dto.js';

/** Wire form of one answer, its numbers as `RawJson`. */
export function toAnswer(question: QuestionParam, read: DecisionRead): object {
  const { type, name = null } = question;
  const probabilities = read.probabilities.map(jsonFloat);
  const confidence = jsonFloat(confidenceOf(read));
  switch (type) {
    case 'predicate':
      return { type, name, probability: probabilities[1] };
    case 'choice':
      return {
        type,
        name,
        choice: question.choices[likeliest(read)].value,
        probabilities: question.choices.map(({ value }, index) => ({ value, probability: probabilities[index] })),
        confidence,
      };
    case 'score':
      return {
        type,
        name,
        score: jsonFloat(expectedIndex(read)),
        probabilities: question.levels.map(({ label }, value) => ({
          value,
          label,
          probability: probabilities[value],
        })),
        confidence,
      };
  }
}
