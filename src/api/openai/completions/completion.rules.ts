import { InvalidRequestError } from '@app/errors';
import type { EarlyRule } from '@server/http/validation/index';
import {
  asNumber,
  jsonSchemaIsGiven,
  mustBeInteger,
  noLogprobTokenIdsWithBeamSearch,
  oneConstraint,
  promptLogprobsRange,
  refuse,
  repetitionDetectionIsSound,
  responseTagIsSound,
  streamOptionsNeedStream,
  structuralTagIsJson,
  thinkingBudgetIsCount,
  truthy,
} from '@server/api/openai/shared/early.rules';
import { cacheSaltIsSafe } from '@server/language/requests/cache-salt.rule';
import type { CompletionRequest } from './dto/completion-request.dto.js';

/** Most prompts in one request (vLLM's VLLM_MAX_COMPLETION_PROMPTS). */
export const MAX_PROMPTS = 1024;
/** Most samples of all prompts together: every one is a request of its own for the engine, and they are sent in one turn of the event loop. */
const MAX_SEQUENCES = 1024;

const promptCount: EarlyRule = (body) => {
  for (const field of ['prompt', 'prompt_embeds']) {
    const value = body[field];
    if (!Array.isArray(value) || value.length <= MAX_PROMPTS || typeof value[0] === 'number') continue;
    refuse(
      `${field} list length ${value.length} exceeds the maximum allowed count of ${MAX_PROMPTS}. ` +
        'To increase this limit, set the VLLM_MAX_COMPLETION_PROMPTS environment variable.',
      field,
    );
  }
};

const promptIsGiven: EarlyRule = ({ prompt, prompt_embeds }) => {
  const noPrompt = prompt === undefined || prompt === null || prompt === '';
  const noEmbeds = prompt_embeds === undefined || prompt_embeds === null || isEmptyList(prompt_embeds);
  if (noPrompt && noEmbeds) refuse('Either prompt or prompt_embeds must be provided and non-empty.', 'prompt');
};

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

const echoNeedsNoBeamSearch: EarlyRule = ({ echo, logprobs, use_beam_search }) => {
  if (truthy(use_beam_search) && truthy(echo) && logprobs !== undefined && logprobs !== null) {
    refuse(
      '`echo` with `logprobs` is not supported with beam search because beam search does not compute prompt logprobs.',
      'echo',
    );
  }
};

const logprobTokenIdsNeedOutput: EarlyRule = ({ logprob_token_ids, echo, max_tokens, logprobs }) => {
  if (!truthy(logprob_token_ids)) return;
  if (truthy(echo) && max_tokens === 0) {
    refuse(
      '`logprob_token_ids` is not supported when `echo=True` and `max_tokens=0` because no output tokens are generated.',
      'logprob_token_ids',
    );
  }
  if (logprobs === undefined || logprobs === null) {
    refuse('when using `logprob_token_ids`, `logprobs` must be set.', 'logprob_token_ids');
  }
};

const logprobsRange: EarlyRule = ({ logprobs }) => {
  const count = asNumber(logprobs) ?? 0;
  if (count < 0 && count !== -1) {
    refuse('`logprobs` must be a positive value or -1.', 'logprobs', logprobs);
  }
};

/** In the order in which vLLM reports them (completions-and-chat.md §1.1). */
export const completionRules: readonly EarlyRule[] = [
  promptCount,
  promptIsGiven,
  streamOptionsNeedStream,
  noLogprobTokenIdsWithBeamSearch,
  echoNeedsNoBeamSearch,
  logprobTokenIdsNeedOutput,
  mustBeInteger('prompt_logprobs'),
  mustBeInteger('logprobs'),
  promptLogprobsRange,
  logprobsRange,
  oneConstraint('structured_outputs'),
  structuralTagIsJson,
  jsonSchemaIsGiven,
  responseTagIsSound,
  cacheSaltIsSafe,
  thinkingBudgetIsCount,
  repetitionDetectionIsSound,
];

/** What is refused after the model is known (completions-and-chat.md §1.2). */
export function checkCompletion({
  stream,
  use_beam_search,
  suffix,
  echo,
  prompt,
  prompt_embeds,
  prompt_logprobs,
  n,
  truncate_prompt_tokens,
}: CompletionRequest): void {
  const embeds = prompt_embeds !== undefined;
  if (stream && use_beam_search) refuse('Streaming is not currently supported with beam search');
  if (suffix !== undefined) {
    if (echo) refuseSuffix('Echo is unsupported with suffix.');
    if (embeds) refuseSuffix('suffix is not supported with prompt_embeds');
    if (truncate_prompt_tokens !== undefined) refuseSuffix('suffix is not supported with truncate_prompt_tokens');
    if (!isText(prompt)) refuseSuffix('suffix requires text prompt input for FIM completion rendering');
    refuseSuffix('suffix is only supported for models with FIM completion rendering');
  }
  if (embeds && echo) refuse('Echo is unsupported with prompt embeds.');
  if (embeds && prompt_logprobs !== undefined) refuse('prompt_logprobs is not compatible with prompt embeds.');
  const prompts = countPrompts(prompt) + countPrompts(prompt_embeds);
  if (prompts > 1 && prompts * n > MAX_SEQUENCES) {
    refuse(`prompt list length ${prompts} times n=${n} exceeds the maximum of ${MAX_SEQUENCES} sequences.`, 'n');
  }
}

function countPrompts(given: CompletionRequest['prompt' | 'prompt_embeds']): number {
  if (given === undefined) return 0;
  return Array.isArray(given) && typeof given[0] !== 'number' ? given.length : 1;
}

function isText(prompt: CompletionRequest['prompt']): boolean {
  return Array.isArray(prompt) ? prompt.every((item) => typeof item === 'string') : prompt !== undefined;
}

function refuseSuffix(message: string): never {
  throw new InvalidRequestError(message, { param: 'suffix', showParam: false });
}
