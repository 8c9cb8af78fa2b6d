import fc from 'fast-check';
import { readAnswer } from './merge-events.js';
import type { ParserPair } from './merge-events.js';

/** CPU time in which so many characters must be read: far more than linear work needs, far less than quadratic work takes. */
const MAX_CPU_MS = 1000;
const LONG = 1 << 17;
/** Longer texts are no examples for slips. */
const MAX_WRITTEN = 600;
/** Characters in a delta: work of each delta on all that is held back shows in small ones, work of each marker on the rest of its delta in one large one. */
const DELTA_SIZES = [64, LONG * 2];

/** Texts made of the pieces of these ones, markers and what stands between them: in any order with any text among them, or these texts with slips. */
export function textsLike(texts: readonly string[]): fc.Arbitrary<string[]> {
  const written = texts.filter((text) => text.length < MAX_WRITTEN).map(toPieces);
  const pieces = new Set(texts.flatMap(toPieces));
  const known = fc.constantFrom(...pieces, '<', '>', '"', '{', '}', '[', ']', '\n', ' ', '\\', ',', ':', '(', ')', '=');
  const any = fc.oneof({ arbitrary: known, weight: 4 }, fc.string({ maxLength: 4 }));
  const slip = fc.record({ at: fc.nat(), piece: fc.option(any, { nil: undefined }) });
  const slipped = fc.tuple(fc.constantFrom(...written), fc.array(slip, { minLength: 1, maxLength: 3 }));
  return fc.oneof(
    fc.array(any, { maxLength: 24 }),
    slipped.map(([right, slips]) => slips.reduce(withSlip, right)),
  );
}

function toPieces(text: string): string[] {
  return text.split(/(?<=[>\]}|:,"])|(?=[<[{|"\n])/).filter((piece) => piece !== '');
}

/** With a piece too many, or one missing. */
function withSlip(
  pieces: string[],
  { at, piece }: { readonly at: number; readonly piece: string | undefined },
): string[] {
  const place = at % (pieces.length + 1);
  return piece === undefined ? pieces.toSpliced(place, 1) : pieces.toSpliced(place, 0, piece);
}

/** Throws when the pieces of some text are read differently from the text as a whole, or not at all. */
export function checkCuts(create: () => ParserPair, texts: fc.Arbitrary<string[]>): void {
  fc.assert(
    fc.property(texts, fc.boolean(), (pieces, cutOff) => {
      const whole = JSON.stringify(readAnswer(create(), [pieces.join('')], { cutOff }));
      for (const deltas of [pieces, [...pieces.join('')]]) {
        const read = JSON.stringify(readAnswer(create(), deltas, { cutOff }));
        if (read !== whole) throw new Error(`${JSON.stringify(deltas)}: ${read}, but as a whole ${whole}`);
      }
    }),
    { numRuns: 250 },
  );
}

/** Throws when a long text of one of these pieces, again and again behind a beginning, takes more than linear time: in small deltas or in one. */
export function checkLinear(create: () => ParserPair, pieces: readonly string[], beginnings: readonly string[]): void {
  for (const beginning of beginnings) {
    for (const piece of pieces) {
      const text = beginning + piece.repeat(Math.ceil(LONG / piece.length));
      for (const size of DELTA_SIZES) {
        const cpuMs = cpuTimeOf(create(), deltasOf(text, size));
        if (cpuMs > MAX_CPU_MS)
          throw new Error(`${JSON.stringify(beginning)} and ${JSON.stringify(piece)}… by ${size}: ${cpuMs} ms`);
      }
    }
  }
}

function deltasOf(text: string, size: number): string[] {
  return Array.from({ length: Math.ceil(text.length / size) }, (_, i) => text.slice(i * size, (i + 1) * size));
}

function cpuTimeOf(pair: ParserPair, deltas: readonly string[]): number {
  const before = process.cpuUsage();
  for (const delta of deltas) pair.push(delta);
  pair.finish({ cutOff: false });
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
