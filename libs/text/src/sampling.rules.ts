import { InvalidRequestError } from '@app/errors';
import type { RepetitionDetection } from '@app/engine-protocol';
import { pythonFloat, pythonInt, pythonList } from '@app/python-text';
import type { ResolvedSampling } from './resolve-sampling.js';

/** Token counts and sizes beyond 32 bits are nonsense and would overflow the engine's tensors. */
const MAX_COUNT = 0x7fff_ffff;
/** Digits of a token id as text; reading more takes time that grows with their square. */
const MAX_ID_LENGTH = 300;
/** UTF-16 units. A stop string is looked for at every token, a bad word at every token of the engine. */
const MAX_STOP_LENGTH = 4096;
const MAX_BAD_WORD_LENGTH = 1024;
/** The wire carries 128 levels, of which the request takes some. */
const MAX_FREE_DEPTH = 64;
/** Enough for the block lists of a disaggregated prefill. */
const MAX_FREE_VALUES = 65_536;

/** Rules of vLLM's SamplingParams, in its order and words (completions-and-chat.md §4.2). Throws `InvalidRequestError` for the first that is broken. */
export function checkSampling(
  sampling: ResolvedSampling,
  { maxSamples, maxBadWords }: { readonly maxSamples: number; readonly maxBadWords: number },
): void {
  checkLogitBiasKeys(sampling.logitBias);
  checkSamples(sampling.n, maxSamples);
  checkPenalties(sampling);
  checkFilters(sampling);
  checkLengths(sampling);
  checkCount('logprobs', sampling.logprobs);
  checkCount('prompt_logprobs', sampling.promptLogprobs);
  if (sampling.stop.includes('')) {
    throw new InvalidRequestError('stop cannot contain an empty string.');
  }
  if (sampling.stop.length > 0 && sampling.detokenize === false) {
    throw new InvalidRequestError(
      'stop strings are only supported when detokenize is True. Set detokenize=True to use stop.',
    );
  }
  if (sampling.badWords.includes('')) {
    throw new InvalidRequestError(
      `bad_words cannot contain an empty string. Got bad_words=${pythonList(sampling.badWords)}`,
    );
  }
  checkTexts(sampling, maxBadWords);
  if (isGreedy(sampling) && sampling.n > 1) {
    throw new InvalidRequestError(`n must be 1 when using greedy sampling, got ${sampling.n}.`);
  }
  checkFreeValues(sampling.extraArgs, 'extra_args');
  checkRepetitionDetection(sampling.repetitionDetection);
  checkSeed(sampling.seed);
  checkStreamInterval(sampling.streamInterval);
}

/** Temperatures above 0 but too small to compute with are raised, so only 0 is greedy. */
export function isGreedy({ temperature }: Pick<ResolvedSampling, 'temperature'>): boolean {
  return temperature === 0;
}

/** A key as Python's `int` reads it; undefined when it is none. */
export function parseTokenId(key: string): number | bigint | undefined {
  if (/^\d{1,15}$/.test(key)) {
    return Number(key);
  }
  if (key.length > MAX_ID_LENGTH || !/^\s*[+-]?\d+(?:_\d+)*\s*$/.test(key)) {
    return undefined;
  }
  const id = BigInt(key.replace(/[\s_+]/g, ''));
  return Number.isSafeInteger(Number(id)) ? Number(id) : id;
}

function checkLogitBiasKeys(bias: Readonly<Record<string, number>> = {}): void {
  const wrong = Object.keys(bias).filter((key) => parseTokenId(key) === undefined);
  if (wrong.length > 0) {
    throw new InvalidRequestError(
      `logit_bias contains key(s) that cannot be converted to integer token IDs: ${pythonList(wrong)}`,
      { param: 'logit_bias', value: wrong },
    );
  }
  const nan = Object.entries(bias).find(([, value]) => Number.isNaN(value));
  if (nan) {
    throw new InvalidRequestError(`logit_bias must be a number, got nan for ${nan[0]}.`, { param: 'logit_bias' });
  }
}

function checkSamples(n: number, maxSamples: number): void {
  if (!(n >= 1)) {
    throw new InvalidRequestError(`n must be at least 1, got ${pythonInt(n)}.`);
  }
  if (n > maxSamples) {
    throw new InvalidRequestError(
      `n must be at most ${maxSamples}, got ${pythonInt(n)}. To increase this limit, set the VLLM_MAX_N_SEQUENCES environment variable.`,
    );
  }
  mustInteger('n', n);
}

function checkPenalties({ presencePenalty, frequencyPenalty, repetitionPenalty }: ResolvedSampling): void {
  const signed = { presence_penalty: presencePenalty, frequency_penalty: frequencyPenalty };
  for (const [name, value] of Object.entries(signed)) {
    if (!(value >= -2 && value <= 2)) {
      throw new InvalidRequestError(`${name} must be in [-2, 2], got ${pythonFloat(value)}.`);
    }
  }
  if (!Number.isFinite(repetitionPenalty)) {
    throw new InvalidRequestError(`repetition_penalty must be a finite number, got ${pythonFloat(repetitionPenalty)}.`);
  }
  if (repetitionPenalty <= 0) {
    throw new InvalidRequestError(
      `repetition_penalty must be greater than zero, got ${pythonFloat(repetitionPenalty)}.`,
    );
  }
}

function checkFilters({ temperature, topP, topK, minP }: ResolvedSampling): void {
  const got = `got ${pythonFloat(temperature)}.`;
  const atTemperature = { param: 'temperature', value: pythonFloat(temperature) };
  if (!Number.isFinite(temperature)) {
    throw new InvalidRequestError(`temperature must be a finite number, ${got}`, atTemperature);
  }
  if (temperature < 0) {
    throw new InvalidRequestError(`temperature must be non-negative, ${got}`, atTemperature);
  }
  if (temperature > 2) {
    throw new InvalidRequestError(`temperature must be in [0, 2], ${got}`, atTemperature);
  }
  if (!(topP > 0 && topP <= 1)) {
    const value = pythonFloat(topP);
    throw new InvalidRequestError(`top_p must be in (0, 1], got ${value}.`, { param: 'top_p', value });
  }
  if (!(topK >= -1)) {
    throw new InvalidRequestError(`top_k must be 0 (disable), or at least 1, got ${pythonInt(topK)}.`);
  }
  mustInteger('top_k', topK);
  if (!(minP >= 0 && minP <= 1)) {
    throw new InvalidRequestError(`min_p must be in [0, 1], got ${pythonFloat(minP)}.`);
  }
}

/** Names the field that the client sent, where vLLM always says `max_tokens`. */
function checkLengths({ maxTokens, maxTokensField: field, minTokens }: ResolvedSampling): void {
  if (!(maxTokens >= 1)) {
    const value = pythonInt(maxTokens);
    throw new InvalidRequestError(`${field} must be at least 1, got ${value}.`, { param: field, value });
  }
  mustInteger(field, maxTokens);
  if (!(minTokens >= 0)) {
    throw new InvalidRequestError(`min_tokens must be greater than or equal to 0, got ${pythonInt(minTokens)}.`);
  }
  if (minTokens > maxTokens) {
    throw new InvalidRequestError(
      `min_tokens must be less than or equal to max_tokens=${maxTokens}, got ${pythonInt(minTokens)}.`,
    );
  }
  mustInteger('min_tokens', minTokens);
}

function checkCount(name: string, count: number | undefined): void {
  if (count !== undefined && !(count >= 0 || count === -1)) {
    const value = pythonInt(count);
    throw new InvalidRequestError(`${name} must be non-negative or -1, got ${value}.`, { param: name, value });
  }
  if (count !== undefined) {
    mustInteger(name, count);
  }
}

/** Bounds that vLLM leaves open, or checks after it has tokenised everything. */
function checkTexts({ stop, badWords }: ResolvedSampling, maxBadWords: number): void {
  if (stop.some((text) => text.length > MAX_STOP_LENGTH)) {
    throw new InvalidRequestError(`stop strings must have at most ${MAX_STOP_LENGTH} characters.`, { param: 'stop' });
  }
  if (badWords.some((word) => word.length > MAX_BAD_WORD_LENGTH)) {
    throw new InvalidRequestError(`bad_words entries must have at most ${MAX_BAD_WORD_LENGTH} characters.`, {
      param: 'bad_words',
    });
  }
  if (badWords.length > maxBadWords) {
    // Every word is one token sequence at least.
    throw new InvalidRequestError(
      `Too many bad words after tokenization: at least ${badWords.length}. The max number is ${maxBadWords}.`,
      { param: 'bad_words', value: badWords.length },
    );
  }
}

/**
 * JSON of no particular shape that engines get as it is. Integers of 64 bits arrive as BigInt when they need more than a double; a larger plain number was
 * written as a float. Throws `InvalidRequestError` for what has no form on the wire.
 */
export function checkFreeValues(given: Readonly<Record<string, unknown>> = {}, param: string): void {
  const refuse = (message: string): never => {
    throw new InvalidRequestError(`${param} ${message}`, { param });
  };
  let values = 0;
  const check = (value: unknown, depth: number): void => {
    values += 1;
    if (typeof value === 'bigint' && BigInt.asUintN(64, value) !== value && BigInt.asIntN(64, value) !== value) {
      refuse('integers must be between -2**63 and 2**64 - 1.');
    }
    if (values > MAX_FREE_VALUES) {
      refuse(`must have at most ${MAX_FREE_VALUES} values.`);
    }
    if (typeof value === 'object' && value !== null) {
      if (depth === MAX_FREE_DEPTH) {
        refuse(`must be nested at most ${MAX_FREE_DEPTH} levels deep.`);
      }
      Object.values(value).forEach((inner) => check(inner, depth + 1));
    }
  };
  check(given, 0);
}

function checkRepetitionDetection(rule: RepetitionDetection | undefined): void {
  if (!rule) {
    return;
  }
  const { maxPatternSize, minPatternSize, minCount } = rule;
  if (!(minPatternSize >= 0 && maxPatternSize >= minPatternSize)) {
    throw new InvalidRequestError(
      'max_pattern_size, min_pattern_size must be >=0, with min_pattern_size <= max_pattern_size. Set both to 0 to disable repetitive pattern detection.',
    );
  }
  if (maxPatternSize > 0 && !(minCount >= 2)) {
    throw new InvalidRequestError(
      'min_count must be >= 2 to detect repetitive patterns in engine output. If you do not wish to detect repetitive patterns, set max_pattern_size to 0.',
    );
  }
  for (const size of [maxPatternSize, minPatternSize, minCount]) {
    if (!Number.isInteger(size) || Math.abs(size) > MAX_COUNT) {
      throw new InvalidRequestError('The sizes of repetition_detection must be integers of at most 32 bits.', {
        param: 'repetition_detection',
      });
    }
  }
}

function checkSeed(seed: number | bigint | undefined): void {
  if (typeof seed === 'number') {
    mustInteger('seed', seed);
  }
}

function checkStreamInterval(interval: number | undefined): void {
  if (interval !== undefined && !(Number.isInteger(interval) && interval >= 1 && interval <= MAX_COUNT)) {
    throw new InvalidRequestError(`stream_interval must be at least 1, got ${pythonInt(interval)}.`, {
      param: 'stream_interval',
    });
  }
}

/** Wrong kinds are refused when a request is validated; this keeps those of other callers away from the engine. */
function mustInteger(name: string, value: number): void {
  if (!Number.isInteger(value)) {
    throw new InvalidRequestError(`${name} must be an integer, got ${pythonFloat(value)}.`, { param: name });
  }
}
