import { InvalidRequestError } from '@app/errors';
import type { EarlyRule } from '@server/http/validation/index';
import { isObject } from '@server/http/validation/index';
import { isStructuralTag } from './is-structural-tag.js';

/**
 * Rules that both generation APIs apply to the raw body before any field is checked (completions-and-chat.md §1.1, §2).
 * Each reads what it needs and nothing else; values may have any JSON type.
 */

/** Text with the parameter it is about; `value` only where the wire shows it. */
export function refuse(message: string, param?: string, value?: unknown): never {
  throw new InvalidRequestError(message, { param, value });
}

/** Python's truth of a JSON value. */
export function truthy(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (isObject(value)) return Object.keys(value).length > 0;
  return Boolean(value);
}

export const streamOptionsNeedStream: EarlyRule = ({ stream, stream_options }) => {
  if (truthy(stream_options) && !truthy(stream)) {
    refuse('Stream options can only be defined when `stream=True`.', 'stream_options');
  }
};

export const noLogprobTokenIdsWithBeamSearch: EarlyRule = ({ logprob_token_ids, use_beam_search }) => {
  if (truthy(logprob_token_ids) && truthy(use_beam_search)) {
    refuse('`logprob_token_ids` is not supported with beam search.', 'logprob_token_ids');
  }
};

/** A field that must be a JSON number when given. */
export const mustBeInteger =
  (field: string): EarlyRule =>
  (body) => {
    const value = body[field];
    if (value === undefined || value === null || typeof value === 'number' || typeof value === 'bigint') return;
    if (typeof value === 'boolean') return;
    refuse(`\`${field}\` must be an integer.`, field, value);
  };

/** The value as Python compares it: a truth value is 0 or 1. */
export function asNumber(value: unknown): number | undefined {
  if (typeof value === 'boolean' || typeof value === 'bigint') return Number(value);
  return typeof value === 'number' ? value : undefined;
}

export const promptLogprobsRange: EarlyRule = ({ prompt_logprobs, stream }) => {
  const count = asNumber(prompt_logprobs);
  if (count === undefined) return;
  if (truthy(stream) && (count > 0 || count === -1)) {
    refuse('`prompt_logprobs` are not available when `stream=True`.', 'prompt_logprobs');
  }
  if (count < 0 && count !== -1) {
    refuse('`prompt_logprobs` must be a positive value or -1.', 'prompt_logprobs', prompt_logprobs);
  }
};

/** At most one of json, regex and choice. */
export const oneConstraint =
  (param: string | undefined): EarlyRule =>
  ({ structured_outputs }) => {
    if (!isObject(structured_outputs)) return;
    const { json, regex, choice } = structured_outputs;
    const given = [json, regex, choice].filter((value) => value !== undefined && value !== null);
    if (given.length > 1) {
      refuse("You can only use one kind of constraints for structured outputs ('json', 'regex' or 'choice').", param);
    }
  };

export const structuralTagIsJson: EarlyRule = ({ structured_outputs }) => {
  if (!isObject(structured_outputs)) return;
  const { structural_tag: tag } = structured_outputs;
  if (tag === undefined || tag === null) return;
  if (typeof tag !== 'string' || !isStructuralTag(fromJson(tag))) {
    refuse('Invalid structured_outputs structural_tag specification.', 'structured_outputs');
  }
};

export const jsonSchemaIsGiven: EarlyRule = ({ response_format }) => {
  if (!isObject(response_format) || response_format.type !== 'json_schema') return;
  if (response_format.json_schema === undefined || response_format.json_schema === null) {
    refuse("When response_format type is 'json_schema', the 'json_schema' field must be provided.", 'response_format');
  }
};

/** A structural tag of `response_format` has the form that the grammar engine reads (chat-inputs-and-parsers.md §6). */
export const responseTagIsSound: EarlyRule = ({ response_format: format }) => {
  if (!isObject(format) || format.type !== 'structural_tag') return;
  if (!isStructuralTag(format)) {
    refuse('Invalid response_format structural_tag specification.', 'response_format');
  }
};

export const thinkingBudgetIsCount: EarlyRule = ({ thinking_token_budget: budget }) => {
  if (budget === undefined || budget === null) return;
  if ((typeof budget === 'bigint' || (typeof budget === 'number' && Number.isInteger(budget))) && budget >= -1) return;
  refuse(
    '`thinking_token_budget` must be a non-negative integer or -1 for unlimited.',
    'thinking_token_budget',
    budget,
  );
};

export const repetitionDetectionIsSound: EarlyRule = ({ repetition_detection: detection }) => {
  if (!isObject(detection)) return;
  const { max_pattern_size: max = 0, min_pattern_size: min = 0, min_count: count = 0 } = detection;
  if (typeof max !== 'number' || typeof min !== 'number' || typeof count !== 'number') return;
  if (max < 0 || min < 0 || min > max) {
    refuse(
      'max_pattern_size, min_pattern_size must be >=0, with min_pattern_size <= max_pattern_size. Set both to 0 to disable repetitive pattern detection.',
    );
  }
  if (max > 0 && count < 2) {
    refuse(
      'min_count must be >= 2 to detect repetitive patterns in engine output. If you do not wish to detect repetitive patterns, set max_pattern_size to 0.',
    );
  }
};

/** Undefined when the text is not JSON. */
function fromJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
