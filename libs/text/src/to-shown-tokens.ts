import type { ShownTokens } from '@app/tokenization';

/** What a text shows of special tokens: of a request that names some, those alone, whatever its engine is told. */
export function toShownTokens(
  { skipSpecialTokens }: Pick<ShownTokens, 'skipSpecialTokens'>,
  shownTokenIds: ReadonlySet<number> | undefined,
): ShownTokens {
  return shownTokenIds ? { skipSpecialTokens: true, keptTokenIds: shownTokenIds } : { skipSpecialTokens };
}
