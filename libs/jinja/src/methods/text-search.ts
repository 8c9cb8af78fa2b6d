import { codePointLength } from '@app/python-text';
import { fail } from '../errors.js';
import type { Budget } from '../runtime/budget.js';
import { bindArguments, textArgument } from '../values/arguments.js';
import { toCodePointIndex, toUnitIndex } from '../values/code-points.js';
import { isText, textOf } from '../values/markup.js';
import { sliceIndices } from '../values/slice.js';
import { Tuple } from '../values/tuple.js';
import { typeName } from '../values/type-name.js';
import type { CallArguments, Value } from '../values/value.js';

/** A part of a text between two optional code point positions, and where it starts in UTF-16 units. */
interface Window {
  readonly text: string;
  readonly offset: number;
  /** False when the start is past the end of the text: then nothing is found, not even the empty text. */
  readonly valid: boolean;
}

function windowOf(text: string, [start, stop]: readonly [Value, Value], budget: Budget): Window {
  budget.text(text.length);
  if (start === null && stop === null) {
    return { text, offset: 0, valid: true };
  }
  const length = codePointLength(text);
  const indices = sliceIndices({ start, stop, step: null }, length);
  const valid = indices.start <= indices.stop && !(typeof start === 'bigint' && start > BigInt(length));
  const from = toUnitIndex(text, indices.start);
  return { text: text.slice(from, toUnitIndex(text, Math.max(indices.start, indices.stop))), offset: from, valid };
}

type FindMethod = 'find' | 'rfind' | 'index' | 'rindex';

/** The position of a part, as a code point index. */
export function find(name: FindMethod, text: string, args: CallArguments, budget: Budget): bigint {
  const [needle, start, stop] = bindArguments(name, ['sub', ['start', null], ['end', null]], args);
  const wanted = textArgument(needle, 'must be str; substring');
  const window = windowOf(text, [start, stop], budget);
  const forward = name === 'find' || name === 'index';
  const at = !window.valid ? -1 : forward ? window.text.indexOf(wanted) : window.text.lastIndexOf(wanted);
  if (at < 0) {
    return name === 'index' || name === 'rindex' ? fail('ValueError', 'substring not found') : -1n;
  }
  return BigInt(toCodePointIndex(text, window.offset + at));
}

/** `count`: occurrences that do not overlap. */
export function countOf(text: string, args: CallArguments, budget: Budget): bigint {
  const [needle, start, stop] = bindArguments('count', ['sub', ['start', null], ['end', null]], args);
  const wanted = textArgument(needle, 'must be str; substring');
  const window = windowOf(text, [start, stop], budget);
  if (!window.valid) {
    return 0n;
  }
  return BigInt(wanted === '' ? codePointLength(window.text) + 1 : window.text.split(wanted).length - 1);
}

type AffixMethod = 'startswith' | 'endswith';

/** With one text or a tuple of them. */
export function hasAffix(name: AffixMethod, text: string, args: CallArguments, budget: Budget): boolean {
  const [affix, start, stop] = bindArguments(name, ['prefix', ['start', null], ['end', null]], args);
  const window = windowOf(text, [start, stop], budget);
  const options = affix instanceof Tuple ? affix.items : [affix];
  return options.some((option) => {
    if (!isText(option)) {
      return affix instanceof Tuple
        ? fail('TypeError', `tuple for ${name} must only contain str, not ${typeName(option)}`)
        : fail('TypeError', `${name} first arg must be str or a tuple of str, not ${typeName(option)}`);
    }
    const wanted = textOf(option);
    return window.valid && (name === 'startswith' ? window.text.startsWith(wanted) : window.text.endsWith(wanted));
  });
}
