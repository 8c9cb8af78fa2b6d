import type { Text } from '@app/text';
import { RequestValidationError } from '@server/http/validation/index';
import { refuse } from '../early.rules.js';
import type { DerenderStreamState, GeneratedLogprobs, GeneratedResponse } from './dto/generated.dto.js';

/** What a text engine's limits leave to check of generated tokens. */
export type DerenderLimits = Pick<Text, 'limits' | 'maxModelLen'>;

interface CheckedChoice {
  readonly index: number;
  readonly token_ids?: readonly number[] | undefined;
  readonly logprobs?: GeneratedLogprobs | undefined;
}

/** No request of ours could have led to more (routes.md §6). Throws `InvalidRequestError`. */
export function checkResponse(
  { request_id: id = '', choices, prompt_logprobs = [], prompt_token_ids }: GeneratedResponse,
  facts: DerenderLimits,
): void {
  const { maxSamples } = facts.limits;
  if (choices.length > maxSamples) {
    refuse(`choices count (${choices.length}) in response '${id}' exceeds server maximum (${maxSamples}).`);
  }
  choices.forEach((choice) => checkChoice(choice, facts));
  if (prompt_logprobs.length > facts.maxModelLen) {
    const count = prompt_logprobs.length;
    refuse(`prompt_logprobs length (${count}) in response '${id}' exceeds max_model_len (${facts.maxModelLen}).`);
  }
  checkPrompt(prompt_token_ids, facts);
}

export function checkChoice(
  { index, token_ids = [], logprobs: { content = [] } = {} }: CheckedChoice,
  { limits, maxModelLen }: DerenderLimits,
): void {
  for (const [what, { length }] of Object.entries({ token_ids, 'logprobs.content': content })) {
    if (length > maxModelLen) {
      refuse(`${what} length (${length}) in choice ${index} exceeds max_model_len (${maxModelLen}).`);
    }
  }
  if (limits.maxLogprobs === -1) return;
  // Beside the alternatives stands the token itself.
  const most = Math.max(limits.maxLogprobs, limits.maxLogprobTokenIds) + 1;
  for (const { top_logprobs: top } of content) {
    if (top.length > most) {
      refuse(`top_logprobs count (${top.length}) in choice ${index} exceeds server maximum (${most}).`);
    }
  }
}

export function checkPrompt(promptTokenIds: readonly number[] | undefined, { maxModelLen }: DerenderLimits): void {
  if (promptTokenIds && promptTokenIds.length > maxModelLen) {
    refuse(`prompt_token_ids length (${promptTokenIds.length}) exceeds max_model_len (${maxModelLen}).`);
  }
}

/** The state of one output cannot follow several. */
export function checkOneChoice(choices: readonly unknown[], route: string): void {
  if (choices.length > 1) refuse(`${route} expects at most one choice per chunk (got ${choices.length}).`);
}

/** What came out already cannot be taken back. */
export function refuseStopStrings(stop: string | readonly string[] | undefined): void {
  if (stop === undefined || stop.length === 0) return;
  refuse(
    'stop strings are not supported by streaming derender because text already sent cannot be cut. ' +
      'Use non-streaming derender or output_mode=text on /inference/v1/generate which holds stop strings back.',
  );
}

/** States come from clients: what does not hold together is refused as a wrong shape. */
export function checkState(state: DerenderStreamState): void {
  const { prev_tokens, prefix_offset, read_offset, output_token_ids, output_chunk_lens } = state;
  if (prefix_offset > read_offset || read_offset > prev_tokens.length) {
    const wrong = prefix_offset > read_offset ? 'prefix_offset' : 'read_offset';
    const message = `${wrong} (${state[wrong]}) is outside of prev_tokens (${prev_tokens.length})`;
    throw wrongShape(['stream_state', wrong], message, state[wrong]);
  }
  const sum = output_chunk_lens.reduce((total, length) => total + length, 0);
  if (sum !== output_token_ids.length) {
    const message = `output_chunk_lens must sum to len(output_token_ids) (got sum=${sum}, len(output_token_ids)=${output_token_ids.length})`;
    throw wrongShape(['stream_state'], message, state);
  }
}

/** A rule across fields that vLLM's model of the body has. */
export function wrongShape(place: readonly string[], message: string, input: unknown): RequestValidationError {
  return new RequestValidationError([
    { type: 'value_error', loc: ['body', ...place], msg: `Value error, ${message}`, input, ctx: { error: message } },
  ]);
}
