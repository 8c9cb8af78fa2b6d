import type { TokenVocabulary } from '../engine/token-masks.js';
import { TokenMasks } from '../engine/token-masks.js';
import type { TokenMatcher } from '../engine/token-masks.js';
import type { Grammar } from '../grammar/grammar.js';
import { toEbnf } from '../grammar/to-ebnf.js';

const WORDS = [
  ...['{"', '":', '",', '"}', '},', '],', ', "', ': ', '\n  ', '12', '-1', '0.', '.5', 'e+', 'true', 'fal', 'null'],
  ...['ab', 'name', '\\n', '\\u00', 'é', '漢', '😀', '</call>', '<|end|>'],
];

/** Every byte, some words, and the end, which is the one special token. */
export const BYTE_VOCABULARY: TokenVocabulary = {
  bytes: [...Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)), ...WORDS.map((word) => Buffer.from(word))],
  special: new Set([255 + WORDS.length]),
};

export const END_TOKEN = 255 + WORDS.length;

/** A model without habits: of the tokens that a grammar allows it takes any, though it likes to come to an end. */
export class RandomWriter {
  private constructor(private readonly masks: TokenMasks) {}

  static async create(): Promise<RandomWriter> {
    return new RandomWriter(await TokenMasks.create(BYTE_VOCABULARY));
  }

  /** So many finished outputs. */
  async write(grammar: Grammar, count: number): Promise<string[]> {
    const compiled = await this.masks.compile(toEbnf(grammar));
    const random = mulberry32(7);
    const outputs: string[] = [];
    for (let attempt = 0; outputs.length < count && attempt < 4 * count; attempt++) {
      const matcher = await this.masks.createMatcher(compiled, {
        eosTokenId: END_TOKEN,
        stopTokenIds: [],
        specialTokens: false,
      });
      const output = await writeOne(matcher, random);
      matcher.dispose();
      if (output !== undefined) outputs.push(output);
    }
    compiled.dispose();
    if (outputs.length === 0) throw new Error('no output came to an end');
    return outputs;
  }
}

async function writeOne(matcher: TokenMatcher, random: () => number): Promise<string | undefined> {
  const { bytes: texts } = BYTE_VOCABULARY;
  const written: Uint8Array[] = [];
  for (let step = 0; step < 400; step++) {
    const allowed = await matcher.allowed();
    const ids = texts.flatMap((_, id) => (allowed && ((allowed[id >> 5] >>> (id & 31)) & 1) === 1 ? [id] : []));
    if (ids.length === 0) throw new Error(`stuck after ${Buffer.concat(written).toString()}`);
    // What closes comes early, or nothing would ever end.
    const closing = ids.filter((id) => id === END_TOKEN || CLOSING.has(Buffer.from(texts[id] ?? []).toString()));
    const from = closing.length > 0 && random() < 0.3 ? closing : ids;
    const id = from[Math.floor(random() * from.length)];
    if (!matcher.accept(id)) throw new Error(`token ${id} was allowed, and then refused`);
    if (id === END_TOKEN) return Buffer.concat(written).toString();
    written.push(texts[id] ?? new Uint8Array());
  }
  return undefined;
}

const CLOSING: ReadonlySet<string> = new Set(['"', '}', ']', '"}', '0', '1', 'null', '</call>']);

function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
