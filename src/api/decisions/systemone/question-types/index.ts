import { choice } from './choice.js';
import { noul } from './noul.js';
import type { QuestionType } from './question-type.js';
import { score } from './score.js';

/** Every kind of question, sorted by name. */
export const questionTypes: readonly QuestionType[] = [choice, noul, score];
