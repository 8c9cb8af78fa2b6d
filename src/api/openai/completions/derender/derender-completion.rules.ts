import { wrongShape } from '@server/api/openai/shared/derender/derender.rules';
import type { DerenderCompletionRequest } from './dto/derender-completion-request.dto.js';

/** Lists that go with the responses have their length. */
export function checkPromptLists(body: DerenderCompletionRequest): void {
  const count = body.generate_responses.length;
  for (const field of ['prompt_tokens', 'prompt_token_ids'] as const) {
    const list = body[field];
    if (!list || list.length === count) continue;
    throw wrongShape([field], `${field} length (${list.length}) must equal generate_responses length (${count})`, list);
  }
}
