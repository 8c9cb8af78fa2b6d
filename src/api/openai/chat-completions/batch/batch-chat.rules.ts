import type { EarlyRule } from '@server/http/validation/index';
import { isObject } from '@server/http/validation/index';
import { refuse, responseTagIsSound, structuralTagIsJson, truthy } from '@server/api/openai/shared/early.rules';

const noBeamSearch: EarlyRule = ({ use_beam_search }) => {
  if (truthy(use_beam_search)) {
    refuse(
      'Batch chat completions do not support beam search. Please set `use_beam_search` to False.',
      'use_beam_search',
    );
  }
};

const logprobTokenIdsNeedLogprobs: EarlyRule = ({ logprob_token_ids, logprobs }) => {
  if (truthy(logprob_token_ids) && !truthy(logprobs)) {
    refuse('when using `logprob_token_ids`, `logprobs` must be set to true.', 'logprob_token_ids');
  }
};

const noPromptTokenIds: EarlyRule = ({ kv_transfer_params: params }) => {
  if (!isObject(params) || params.prompt_token_ids === undefined || params.prompt_token_ids === null) return;
  refuse(
    "Batch chat completions do not support `kv_transfer_params['prompt_token_ids']`: one pre-tokenized prompt cannot serve several conversations.",
    'kv_transfer_params.prompt_token_ids',
  );
};

const oneSample: EarlyRule = ({ n }) => {
  if (n !== undefined && n !== null && n !== 1) {
    refuse('Batch chat completions do not support `n > 1`. Please set `n` to 1.', 'n', n);
  }
};

/** In the order in which vLLM reports them (completions-and-chat.md §2.1); those of a single chat follow for every conversation. */
export const batchChatRules: readonly EarlyRule[] = [
  noBeamSearch,
  logprobTokenIdsNeedLogprobs,
  noPromptTokenIds,
  responseTagIsSound,
  structuralTagIsJson,
  oneSample,
];
