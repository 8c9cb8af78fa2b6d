import type { SamplingParams } from '@app/engine-protocol';
import { argmax, largestLogits } from './largest-logits.js';

export type DrawParams = Pick<SamplingParams, 'temperature' | 'topK' | 'topP' | 'minP'>;

/**
 * Chooses one token of a row: the best one at temperature 0, else by chance among those that temperature, min_p, top_k and top_p leave, in
 * vLLM's order. top_k keeps every token as good as the k-th; top_p keeps a token while the likelier ones hold less than `topP` of the mass,
 * equal ones by id. `uniform` gives [0, 1) and is asked once, and only when there is a choice by chance. No logit may be NaN or +Infinity.
 */
export function drawToken(logits: Float32Array, params: DrawParams, uniform: () => number): number {
  const best = argmax(logits);
  const bestLogit = logits[best];
  if (params.temperature < GREEDY_BELOW || bestLogit === -Infinity) {
    return best;
  }
  const candidates = collectCandidates(logits, bestLogit, params);
  if (params.topP < 1) {
    keepNucleus(candidates, logits, params.topP);
  }
  return pick(candidates, uniform());
}

/** vLLM's limit below which a temperature means "greedy". */
const GREEDY_BELOW = 1e-5;
/** Tokens less likely than e^-40 of the best one weigh less than the last of a uniform number's 53 bits. */
const NEGLIGIBLE_NATS = 40;

interface Candidates {
  ids: Int32Array;
  /** Distance from the best token, in nats after temperature. */
  readonly nats: Float64Array;
  /** Probability relative to the best token. */
  weights: Float64Array;
}

/** The tokens above the thresholds of min_p and top_k, by id. */
function collectCandidates(logits: Float32Array, bestLogit: number, params: DrawParams): Candidates {
  const { temperature, topK, minP } = params;
  const allowedNats = minP > 0 ? Math.min(-Math.log(minP), NEGLIGIBLE_NATS) : NEGLIGIBLE_NATS;
  const lowest = Math.max(bestLogit - allowedNats * temperature, topKThreshold(logits, topK));
  let count = 0;
  for (let id = 0; id < logits.length; id += 1) {
    count += logits[id] >= lowest ? 1 : 0;
  }
  const ids = new Int32Array(count);
  const nats = new Float64Array(count);
  const weights = new Float64Array(count);
  let at = 0;
  for (let id = 0; id < logits.length; id += 1) {
    if (logits[id] >= lowest) {
      ids[at] = id;
      nats[at] = (bestLogit - logits[id]) / temperature;
      weights[at] = Math.exp(-nats[at]);
      at += 1;
    }
  }
  return { ids, nats, weights };
}

function topKThreshold(logits: Float32Array, topK: number): number {
  if (topK <= 0 || topK >= logits.length) {
    return -Infinity;
  }
  return logits[largestLogits(logits, topK)[topK - 1]];
}

const BINS_PER_NAT = 32;

/**
 * Cuts the candidates to the nucleus without sorting them all: a histogram of mass over nats finds the bin in which the limit is passed,
 * likelier bins stay whole, and only that bin is sorted.
 */
function keepNucleus(candidates: Candidates, logits: Float32Array, topP: number): void {
  const { ids, nats, weights } = candidates;
  const mass = new Float64Array(NEGLIGIBLE_NATS * BINS_PER_NAT + 2);
  let total = 0;
  for (let at = 0; at < ids.length; at += 1) {
    mass[binOf(nats[at], mass)] += weights[at];
    total += weights[at];
  }
  const limit = topP * total;
  let boundary = 0;
  let before = 0;
  while (boundary < mass.length - 1 && before + mass[boundary] < limit) {
    before += mass[boundary];
    boundary += 1;
  }
  const inBoundary: number[] = [];
  for (let at = 0; at < ids.length; at += 1) {
    if (binOf(nats[at], mass) === boundary) {
      inBoundary.push(at);
    }
  }
  inBoundary.sort((a, b) => logits[ids[b]] - logits[ids[a]] || a - b);
  let kept = 0;
  while (kept < inBoundary.length && before < limit) {
    before += weights[inBoundary[kept]];
    kept += 1;
  }
  const dropped = new Set(inBoundary.slice(kept));
  compact(candidates, (at) => binOf(nats[at], mass) <= boundary && !dropped.has(at));
}

function compact(candidates: Candidates, isKept: (at: number) => boolean): void {
  const { ids, weights } = candidates;
  let length = 0;
  for (let at = 0; at < ids.length; at += 1) {
    if (isKept(at)) {
      ids[length] = ids[at];
      weights[length] = weights[at];
      length += 1;
    }
  }
  candidates.ids = ids.subarray(0, length);
  candidates.weights = weights.subarray(0, length);
}

function binOf(nats: number, bins: Float64Array): number {
  return Math.min(Math.floor(nats * BINS_PER_NAT), bins.length - 1);
}

function pick({ ids, weights }: Candidates, uniform: number): number {
  let total = 0;
  for (const weight of weights) {
    total += weight;
  }
  let left = uniform * total;
  for (let at = 0; at < ids.length - 1; at += 1) {
    left -= weights[at];
    if (left < 0) {
      return ids[at];
    }
  }
  return ids[ids.length - 1];
}
