import type { ResolvedSampling } from './resolve-sampling.js';
import { isGreedy } from './sampling.rules.js';

/** Below it, logits divided by the temperature overflow. */
const LEAST_TEMPERATURE = 0.01;

/** Checked sampling with the values that take effect (engine protocol §5.6): a greedy choice filters nothing, small temperatures are raised, seed -1 is none. */
export function settleSampling(sampling: ResolvedSampling): ResolvedSampling {
  const { temperature, seed } = sampling;
  const settled = { ...sampling, seed: seed === undefined || BigInt(seed) === -1n ? undefined : seed };
  return isGreedy(sampling)
    ? { ...settled, topP: 1, topK: 0, minP: 0 }
    : { ...settled, temperature: Math.max(temperature, LEAST_TEMPERATURE) };
}
