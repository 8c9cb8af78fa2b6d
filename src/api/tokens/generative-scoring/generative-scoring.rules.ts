import { InvalidRequestError } from '@app/errors';
import type { GenerativeScoringRequest } from './dto/generative-scoring-request.dto.js';

/** What is refused after the model is known (other-endpoints.md §9). `vocabularySize`: ids that the model can make. */
export function checkScoring(
  { label_token_ids: labels, items }: GenerativeScoringRequest,
  vocabularySize: number,
): void {
  const beyond = labels.find((id) => id < 0 || id >= vocabularySize);
  if (beyond !== undefined) {
    throw new InvalidRequestError(
      `label_token_id ${beyond} is out of vocabulary range [0, ${vocabularySize}). Please provide valid token IDs.`,
    );
  }
  if (labels.length === 0) throw new InvalidRequestError('label_token_ids must contain at least one token ID.');
  if (items.length === 0) throw new InvalidRequestError('items must contain at least one item.');
}
