import fc from 'fast-check';
import { readAnswer } from './merge-events.js';
import type { ParserPair } from './merge-events.js';

/** CPU time in which so many characters must be read: far more than linear work needs, far less than quadratic work takes. */
const MAX_CPU_MS = 3000;
const LONG = 1 << 18;

/** Texts made of the pieces of these ones: markers, and what stands between them, in any order, with any text among them. */
export function textsLike(texts: readonly string[]): fc.Arbitrary<string[]> {
  const pieces = new Set(
    texts.flatMap((text) => text.split(/(?<=[>\]}|:,"])|(?=[<[{|"\n])/)).filter((piece) => piece !== ''),
  );
  const known = fc.constantFrom(...pieces, '<', '>', '"', '{', '}', '[', ']', '\n', ' ', '\\', ',', ':', '(', ')', '=');
  return fc.array(fc.oneof({ arbitrary: known, weight: 4 }, fc.string({ maxLength: 4 })), { maxLength: 24 });
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
    { numRuns: 150 },
  );
}

/** Throws when a long text of one of these pieces, again and again behind a beginning, takes more than linear time. */
export function checkLinear(create: () => ParserPair, pieces: readonly string[], beginnings: readonly string[]): void {
  for (const beginning of beginnings) {
    for (const piece of pieces) {
      const text = beginning + piece.repeat(Math.ceil(LONG / piece.length));
      const deltas = text.match(/[^]{1,64}/g) ?? [];
      const before = process.cpuUsage();
      const pair = create();
      for (const delta of deltas) pair.push(delta);
      pair.finish({ cutOff: false });
      const { user, system } = process.cpuUsage(before);
      const cpuMs = (user + system) / 1000;
      if (cpuMs > MAX_CPU_MS)
        throw new Error(`${JSON.stringify(beginning)} and ${JSON.stringify(piece)}…: ${cpuMs} ms`);
    }
  }
}
