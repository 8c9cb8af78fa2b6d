import { InvalidRequestError } from '@app/errors';
import type { TextPrompt, TextRequest } from '@app/text';
import { allHandled } from '@server/http/all-handled';
import type { RequestContext } from '@server/http/request-context';
import { takeSharedFields } from '@server/api/openai/shared/take-shared-fields';
import { DEFAULT_MAX_TOKENS } from './dto/completion-request.dto.js';
import type { CompletionPrompt, CompletionRequest } from './dto/completion-request.dto.js';

/** One text request per prompt. A field added to the schema must be placed or dropped here. */
export function toTextRequests(body: CompletionRequest, id: string, context: RequestContext): TextRequest[] {
  const { sampling, request, rest } = takeSharedFields(body, context);
  const {
    prompt,
    max_tokens,
    n,
    echo,
    logprobs,
    prompt_logprobs,
    add_special_tokens,
    prompt_embeds,
    // Refused by completion.rules.ts.
    suffix: _suffix,
    ...unplaced
  } = rest;
  allHandled(unplaced);
  const beams = request.beamSearch !== undefined;
  const onlyEcho = echo === true && max_tokens === 0 && !beams;
  const prompts = [...toEmbedsPrompts(prompt_embeds), ...toPrompts(prompt, add_special_tokens)];
  if (prompts.length === 0) {
    throw new InvalidRequestError('You must pass at least one prompt', { param: 'prompt' });
  }
  return prompts.map((textPrompt, index) => ({
    ...request,
    // Steps of a beam search have random ids, whatever the prompt.
    requestId: beams ? id : `${id}-${index}`,
    prompt: textPrompt,
    sampling: {
      ...sampling,
      n,
      maxTokens: onlyEcho ? 1 : (max_tokens ?? DEFAULT_MAX_TOKENS),
      maxTokensField: 'max_tokens',
      // With ids of their own, the count says nothing.
      logprobs: sampling.logprobTokenIds ? undefined : logprobs,
      promptLogprobs: prompt_logprobs ?? (echo ? logprobs : undefined),
    },
  }));
}

function toEmbedsPrompts(given: CompletionRequest['prompt_embeds'] = []): TextPrompt[] {
  return (typeof given === 'string' ? [given] : given).map((file) => ({ type: 'embeds', file }));
}

function toPrompts(prompt: CompletionPrompt | undefined, addSpecialTokens: boolean): TextPrompt[] {
  const items: readonly (string | number | number[])[] = typeof prompt === 'string' ? [prompt] : (prompt ?? []);
  if (items.length > 0 && items.every((item) => typeof item === 'number')) return [{ type: 'tokens', tokenIds: items }];
  return items.map((item) =>
    typeof item === 'string'
      ? { type: 'text', text: item, addSpecialTokens }
      : { type: 'tokens', tokenIds: typeof item === 'number' ? [item] : item },
  );
}
