import { InvalidRequestError } from '@app/errors';
import type { GenerativeScoringRequest } from './dto/generative-scoring-request.dto.js';

/** All prompts of one request are in memory at once. */
const MAX_PROMPT_TOKENS = 4 * 1024 * 1024;

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

/** Ours: a long query with many items would fill the memory. `tokens`: of all prompts together. */
export function checkPromptTokens(tokens: number): void {
  if (tokens <= MAX_PROMPT_TOKENS) return;
  throw new InvalidRequestError(
    `The prompts of all items have ${tokens} tokens together; at most ${MAX_PROMPT_TOKENS} are scored in one request.`,
    { param: 'items' },
  );
}
