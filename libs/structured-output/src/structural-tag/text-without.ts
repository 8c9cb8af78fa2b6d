import {
  characters,
  choice,
  complement,
  EMPTY,
  intersection,
  literal,
  NOTHING,
  rule,
  sequence,
} from '../grammar/expression.js';
import type { CharacterRange, Expression } from '../grammar/expression.js';
import type { GrammarBuilder } from '../grammar/grammar.js';

export interface FreeText {
  /** What the text may not hold. */
  readonly excluded: readonly string[];
  /** What ends it; none: it ends anywhere. */
  readonly ends: readonly string[];
  /** What leads somewhere else; then the text goes on. */
  readonly triggers: readonly (readonly [trigger: string, rest: Expression])[];
  /** False: the text ends after the first trigger and its rest. */
  readonly loop?: boolean;
}

/**
 * Free text that never holds some markers, as rules of an automaton (Aho–Corasick): a state is how much of a marker has just been written.
 */
export function textWithout(text: FreeText, builder: GrammarBuilder): Expression {
  const { excluded, ends, triggers, loop = true } = text;
  const goals = new Map<string, (start: Expression) => Expression>([
    ...triggers.map(
      ([trigger, rest]) => [trigger, (start: Expression) => sequence(rest, loop ? start : after(ends))] as const,
    ),
    ...ends.map((end) => [end, () => EMPTY] as const),
    ...excluded.map((marker) => [marker, () => NOTHING] as const),
  ]);
  const markers = [...goals.keys()].filter((marker) => marker !== '');
  const states = new Set(
    markers.flatMap((marker) => prefixes(marker)).filter((state) => !markers.some((marker) => state.includes(marker))),
  );
  const names = new Map([...states].map((state) => [state, builder.reserve('text')]));
  const start = rule(names.get('') ?? '');
  const bySize = [...states, ...markers].sort((a, b) => b.length - a.length);
  for (const [state, name] of names) {
    const next = new Map<string, Expression>();
    for (const character of new Set(markers.join(''))) {
      const written = state + character;
      const target = bySize.find((candidate) => written.endsWith(candidate)) ?? '';
      const goal = goals.get(target);
      const following = goal ? goal(start) : rule(names.get(target) ?? '');
      if (target !== '' || goal) next.set(character, following);
    }
    const known = [...next.keys()].map((character): CharacterRange => {
      const codePoint = character.codePointAt(0) ?? 0;
      return [codePoint, codePoint];
    });
    // All but one of the characters beyond ASCII cannot be said to XGrammar: then none of the others.
    const isAscii = [...next.keys()].every((character) => character <= '\x7f');
    const rest = isAscii ? complement(known) : intersection(complement(known), [[0, 0x7f]]);
    const other = sequence(characters(rest), start);
    const steps = [...next].map(([character, following]) => sequence(literal(character), following));
    builder.define(name, choice([...(ends.length === 0 ? [EMPTY] : []), other, ...steps]));
  }
  return start;
}

function after(ends: readonly string[]): Expression {
  return ends.length === 0 ? EMPTY : choice(ends.map(literal));
}

/** The empty one too; not the marker itself. */
function prefixes(marker: string): string[] {
  const parts = [...marker];
  return parts.map((_, length) => parts.slice(0, length).join(''));
}
