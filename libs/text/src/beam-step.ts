/** A token that may come next, with its log probability. */
export interface BeamOffer {
  readonly tokenId: number;
  readonly logprob: number;
}

/** One way to go on from the prompt: a token after another beam. Beams share what they have in common, so memory grows with width × tokens. */
export interface Beam extends BeamOffer {
  /** Undefined: the prompt. */
  readonly before: Beam | undefined;
  /** All that was offered in the place of the token, when it is to be shown. */
  readonly offers: readonly BeamOffer[] | undefined;
  /** Tokens after the prompt, one that ended the beam included. */
  readonly length: number;
  readonly cumulativeLogprob: number;
}

export interface BeamRules {
  /** Beams that go on after each step, and beams in the result. */
  readonly width: number;
  /** Exponent of the length in the score: above 0 favours long beams, below 0 short ones. */
  readonly lengthPenalty: number;
  /** Tokens that end a beam. */
  readonly endTokenIds: ReadonlySet<number>;
  readonly keepsOffers: boolean;
}

/** `undefined` among the beams is the prompt alone. */
export interface BeamState {
  /** Likeliest first. */
  readonly live: readonly (Beam | undefined)[];
  /** Those that met an end token, best first, and no more than can be in the result. */
  readonly ended: readonly Beam[];
}

export const promptAlone: BeamState = { live: [undefined], ended: [] };

/**
 * The beams after one more token (completions-and-chat.md §9). `offers[i]`: what may follow the live beam `i`. Beams that end take no place from
 * those that go on. Of equals the earlier one comes first.
 */
export function toNextBeams(
  { live, ended }: BeamState,
  offers: readonly (readonly BeamOffer[])[],
  rules: BeamRules,
): BeamState {
  const longer = live.flatMap((before, index) =>
    offers[index].map((offer): Beam => ({
      ...offer,
      before,
      offers: rules.keepsOffers ? offers[index] : undefined,
      length: (before?.length ?? 0) + 1,
      cumulativeLogprob: (before?.cumulativeLogprob ?? 0) + offer.logprob,
    })),
  );
  const ends = ({ tokenId }: Beam) => rules.endTokenIds.has(tokenId);
  return {
    live: best(
      longer.filter((beam) => !ends(beam)),
      rules.width,
      ({ cumulativeLogprob }) => cumulativeLogprob,
    ),
    ended: best([...ended, ...longer.filter(ends)], rules.width, (beam) => toScore(beam, rules)),
  };
}

/** The result: beams that ended and beams cut off, best first. */
export function toBestBeams({ live, ended }: BeamState, rules: BeamRules): readonly (Beam | undefined)[] {
  return best([...ended, ...live], rules.width, (beam) => toScore(beam, rules));
}

/** A beam and all that it goes on from, in the order of their tokens. */
export function toPath(beam: Beam | undefined): readonly Beam[] {
  const path: Beam[] = [];
  for (let at = beam; at; at = at.before) {
    path.push(at);
  }
  return path.reverse();
}

function toScore(beam: Beam | undefined, { lengthPenalty }: BeamRules): number {
  return beam ? beam.cumulativeLogprob / beam.length ** lengthPenalty : 0;
}

/** The greatest, in order; stable. Compares, as a difference of two infinities is no number. */
function best<T>(items: readonly T[], count: number, valueOf: (item: T) => number): readonly T[] {
  return items
    .map((item) => ({ item, value: valueOf(item) }))
    .sort((a, b) => (a.value > b.value ? -1 : a.value < b.value ? 1 : 0))
    .slice(0, count)
    .map(({ item }) => item);
}
