import type { DecisionRead } from './decision-reads.js';

type TokenCount = 'promptTokens' | 'completionTokens' | 'cachedTokens' | 'cacheCreationTokens';

/** Of all reads together. */
export function totalOf(reads: readonly DecisionRead[], count: TokenCount): number {
  return reads.reduce((sum, read) => sum + read[count], 0);
}
