import { InvalidRequestError } from '@app/errors';

/** All prompts of one request are in memory at once. */
const MAX_PROMPT_TOKENS = 4 * 1024 * 1024;

/** Ours: what many prompts have in common would fill the memory. `tokens`: of all prompts together; `param`: the list they come from. */
export function checkPromptTokens(tokens: number, param: string): void {
  if (tokens <= MAX_PROMPT_TOKENS) return;
  throw new InvalidRequestError(
    `The prompts of all ${param} have ${tokens} tokens together; at most ${MAX_PROMPT_TOKENS} are taken in one request.`,
    { param },
  );
}
