import type { ChatDelta } from '@app/chat';
import type { CacheCounts } from '@server/language/answers/usage';

/** Told by the first delta of a sample; undefined on the others. */
export function toCacheCounts({ cachedTokens, cacheCreationTokens }: ChatDelta): CacheCounts | undefined {
  return cachedTokens === undefined ? undefined : { cachedTokens, createdTokens: cacheCreationTokens ?? 0 };
}
