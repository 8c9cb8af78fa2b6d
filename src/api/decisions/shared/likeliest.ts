import { compensatedSum } from '@server/language/label-reads/compensated-sum';
import type { DecisionRead } from './decision-reads.js';

/** Index of the likeliest label; of equal ones the first. */
export function likeliest({ probabilities }: DecisionRead): number {
  return probabilities.indexOf(Math.max(...probabilities));
}

/** How sure the model is of the likeliest label: its probability in the whole vocabulary. */
export function confidenceOf({ probabilities, labelMass }: DecisionRead): number {
  return Math.max(...probabilities) * labelMass;
}

/** The mean of the labels' indices, weighted by their probabilities. */
export function expectedIndex({ probabilities }: DecisionRead): number {
  return compensatedSum(probabilities.map((probability, index) => index * probability));
}
