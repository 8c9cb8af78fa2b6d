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
  const count = collectCandidates(logits, bestLogit, params);
  return pick(params.topP < 1 ? keepNucleus(logits, count, params.topP) : count, uniform());
}

/** vLLM's limit below which a temperature means "greedy". */
const GREEDY_BELOW = 1e-5;
/** Tokens less likely than e^-40 of the best one weigh less than the last of a uniform number's 53 bits. */
const NEGLIGIBLE_NATS = 40;

const BINS_PER_NAT = 32;
const BINS = NEGLIGIBLE_NATS * BINS_PER_NAT + 2;

/**
 * The candidates of the draw in progress, by id; a draw is over before the next one begins, so all of them share the memory.
 * `weights`: probability relative to the best token. `bins`: distance from it, in 1/32 nats after temperature.
 */
let ids = new Int32Array(0);
let weights = new Float64Array(0);
let bins = new Uint16Array(0);
/** Weight of all candidates of a bin. */
const mass = new Float64Array(BINS);

function reserve(count: number): void {
  if (ids.length < count) {
    ids = new Int32Array(count);
    weights = new Float64Array(count);
    bins = new Uint16Array(count);
  }
}

/** Collects the tokens above the thresholds of min_p and top_k; returns their number. */
function collectCandidates(logits: Float32Array, bestLogit: number, { temperature, topK, minP }: DrawParams): number {
  const allowedNats = minP > 0 ? Math.min(-Math.log(minP), NEGLIGIBLE_NATS) : NEGLIGIBLE_NATS;
  const lowest = Math.max(bestLogit - allowedNats * temperature, topKThreshold(logits, topK));
  reserve(logits.length);
  let count = 0;
  for (let id = 0; id < logits.length; id += 1) {
    const logit = logits[id];
    if (logit >= lowest) {
      const nats = (bestLogit - logit) / temperature;
      ids[count] = id;
      weights[count] = Math.exp(-nats);
      bins[count] = Math.min(nats * BINS_PER_NAT, BINS - 1);
      count += 1;
    }
  }
  return count;
}

function topKThreshold(logits: Float32Array, topK: number): number {
  if (topK <= 0 || topK >= logits.length) {
    return -Infinity;
  }
  return logits[largestLogits(logits, topK)[topK - 1]];
}

/**
 * Cuts the candidates to the nucleus without sorting them all: a histogram of mass over nats finds the bin in which the limit is passed,
 * likelier bins stay whole, and only that bin is sorted. Returns the number of candidates left.
 */
function keepNucleus(logits: Float32Array, count: number, topP: number): number {
  mass.fill(0);
  for (let at = 0; at < count; at += 1) {
    mass[bins[at]] += weights[at];
  }
  const limit = topP * mass.reduce((sum, weight) => sum + weight, 0);
  let boundary = 0;
  let before = 0;
  while (boundary < BINS - 1 && before + mass[boundary] < limit) {
    before += mass[boundary];
    boundary += 1;
  }
  const dropped = outsideNucleus(logits, boundaryCandidates(count, boundary), limit - before);
  let kept = 0;
  for (let at = 0; at < count; at += 1) {
    if (bins[at] < boundary || (bins[at] === boundary && !dropped.has(at))) {
      ids[kept] = ids[at];
      weights[kept] = weights[at];
      kept += 1;
    }
  }
  return kept;
}

function boundaryCandidates(count: number, boundary: number): number[] {
  const candidates: number[] = [];
  for (let at = 0; at < count; at += 1) {
    if (bins[at] === boundary) {
      candidates.push(at);
    }
  }
  return candidates;
}

/** Those of the boundary bin that come after the limit was reached, the likeliest counted first. */
function outsideNucleus(logits: Float32Array, candidates: number[], limit: number): ReadonlySet<number> {
  candidates.sort((a, b) => logits[ids[b]] - logits[ids[a]] || a - b);
  let before = 0;
  let kept = 0;
  while (kept < candidates.length && before < limit) {
    before += weights[candidates[kept]];
    kept += 1;
  }
  return new Set(candidates.slice(kept));
}

function pick(count: number, uniform: number): number {
  let total = 0;
  for (let at = 0; at < count; at += 1) {
    total += weights[at];
  }
  let left = uniform * total;
  for (let at = 0; at < count - 1; at += 1) {
    left -= weights[at];
    if (left < 0) {
      return ids[at];
    }
  }
  return ids[count - 1];
}
