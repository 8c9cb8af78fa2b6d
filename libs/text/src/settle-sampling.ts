import type { ResolvedSampling } from './resolve-sampling.js';
import { isGreedy, parseTokenId } from './sampling.rules.js';

/** Below it, logits divided by the temperature overflow. */
const LEAST_TEMPERATURE = 0.01;
const MAX_LOGIT_BIAS = 100;

/**
 * Checked sampling with the values that take effect, as vLLM's SamplingParams settles them (engine protocol §5.6): a greedy choice filters nothing, small
 * temperatures are raised, seed -1 is none, biases are clamped and their keys plain digits.
 */
export function settleSampling(sampling: ResolvedSampling): ResolvedSampling {
  const { temperature, seed, logitBias } = sampling;
  return {
    ...sampling,
    seed: seed === undefined || BigInt(seed) === -1n ? undefined : seed,
    logitBias: logitBias && clampBiases(logitBias),
    ...(isGreedy(sampling) ? { topP: 1, topK: 0, minP: 0 } : { temperature: Math.max(temperature, LEAST_TEMPERATURE) }),
  };
}

function clampBiases(biases: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(biases).map(([key, value]) => [
      String(parseTokenId(key)),
      Math.min(MAX_LOGIT_BIAS, Math.max(-MAX_LOGIT_BIAS, value)),
    ]),
  );
}
