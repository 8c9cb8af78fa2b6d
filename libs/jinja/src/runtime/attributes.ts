import { codePointLength } from '@app/python-text';
import { fail } from '../errors.js';
import { braceFormat } from '../formatting/brace-format.js';
import {
  dictMethods,
  listMethods,
  mutatingDictMethods,
  mutatingListMethods,
  sequenceMethods,
} from '../methods/collection-methods.js';
import { markupMethod } from '../methods/markup-methods.js';
import { floatMethods, integerMethods, numberAttribute } from '../methods/number-methods.js';
import { type Method, textMethods } from '../methods/text-methods.js';
import { Bytes } from '../values/bytes.js';
import { FunctionObject } from '../values/callables.js';
import { codePointAt, codePoints } from '../values/code-points.js';
import { Dict } from '../values/dict.js';
import { isText, Markup, textOf } from '../values/markup.js';
import { Range } from '../values/range.js';
import { elementAt, toIndex } from '../values/sequence-item.js';
import { sliceList, type SliceBounds } from '../values/slice.js';
import { Tuple } from '../values/tuple.js';
import { typeName } from '../values/type-name.js';
import { Undefined } from '../values/undefined.js';
import { orElse, PyObject, type CallArguments, type Value } from '../values/value.js';
import type { Budget } from './budget.js';

/** `owner.name`: the attribute, else the element of that key, else Undefined. Unsafe names give an Undefined that raises. */
export function getAttribute(owner: Value, name: string, budget: Budget): Value {
  return orElse(lookUpAttribute(owner, name), () =>
    orElse(lookUpItem(owner, name, budget), () => new Undefined({ owner, name })),
  );
}

/** `owner[key]`: the element, else (for a str key) the attribute, else Undefined. */
export function getItem(owner: Value, key: Value, budget: Budget): Value {
  const element = lookUpItem(owner, key, budget);
  if (element !== undefined) {
    return element;
  }
  const attribute = isText(key) ? lookUpAttribute(owner, textOf(key)) : undefined;
  return orElse(attribute, () => new Undefined({ owner, name: key instanceof Markup ? key.value : key }));
}

/** `owner[a:b:c]` @throws TypeError when it has no slices */
export function getSlice(owner: Value, bounds: SliceBounds, budget: Budget): Value {
  if (owner instanceof Undefined) {
    return owner.raise();
  }
  if (isText(owner)) {
    const text = textOf(owner);
    budget.text(text.length);
    const picked = sliceList(codePoints(text), bounds).join('');
    return owner instanceof Markup ? new Markup(picked) : picked;
  }
  if (owner instanceof Tuple || Array.isArray(owner)) {
    const items = owner instanceof Tuple ? owner.items : (owner as readonly Value[]);
    const picked = sliceList(items, bounds);
    budget.list(picked.length);
    return owner instanceof Tuple ? new Tuple(picked) : picked;
  }
  if (owner instanceof Range) {
    return owner.slice(bounds);
  }
  if (owner instanceof Dict) {
    return fail('TypeError', "unhashable type: 'slice'");
  }
  return fail('TypeError', `'${typeName(owner)}' object is not subscriptable`);
}

/** True when the attribute exists and may be read: what `hasattr` would say in the sandbox. */
export function hasAttribute(owner: Value, name: string): boolean {
  return lookUpAttribute(owner, name) !== undefined;
}

/** `getattr`, guarded as Jinja's immutable sandbox does; undefined when there is no such attribute. */
function lookUpAttribute(owner: Value, name: string): Value | undefined {
  if (name.startsWith('_')) {
    return isPythonInternal(owner, name) ? Undefined.unsafe(owner, name, typeName(owner)) : undefined;
  }
  if (isText(owner)) {
    return textAttribute(owner, name);
  }
  switch (typeof owner) {
    case 'bigint':
      return numberAttribute(owner, name) ?? method(integerMethods, owner, name);
    case 'number':
      return numberAttribute(owner, name) ?? method(floatMethods, owner, name);
    case 'boolean':
      return lookUpAttribute(owner ? 1n : 0n, name);
    default:
  }
  if (owner === null) {
    return undefined;
  }
  return objectAttribute(owner, name);
}

function objectAttribute(owner: readonly Value[] | PyObject, name: string): Value | undefined {
  if (owner instanceof Dict) {
    return mutatingDictMethods.has(name) ? Undefined.unsafe(owner, name, 'dict') : method(dictMethods, owner, name);
  }
  if (owner instanceof Tuple) {
    const field = owner.attribute(name);
    return field === undefined ? method(sequenceMethods, owner.items, name) : field;
  }
  if (owner instanceof Bytes && name === 'decode') {
    return new FunctionObject(name, () => owner.decode(), 'builtin_function_or_method');
  }
  if (owner instanceof PyObject) {
    return owner.attribute(name);
  }
  return mutatingListMethods.has(name) ? Undefined.unsafe(owner, name, 'list') : method(listMethods, owner, name);
}

const objectInternals: ReadonlySet<string> = new Set(
  (
    'class delattr dir doc eq format ge getattribute gt hash init init_subclass le lt ne new reduce reduce_ex repr ' +
    'setattr sizeof str subclasshook'
  )
    .split(' ')
    .map((name) => `__${name}__`),
);
const sizedInternals: ReadonlySet<string> = new Set(['__len__', '__getitem__', '__contains__', '__iter__']);

/** Python's own attributes: they exist, so reading one is refused rather than merely undefined. */
function isPythonInternal(owner: Value, name: string): boolean {
  return (
    objectInternals.has(name) ||
    (sizedInternals.has(name) && (isText(owner) || (typeof owner === 'object' && owner !== null)))
  );
}

function method<T>(table: ReadonlyMap<string, Method<T>>, owner: T, name: string): Value | undefined {
  const found = table.get(name);
  return found && bound(name, (args, budget) => found(owner, args, budget));
}

function bound(name: string, call: (args: CallArguments, budget: Budget) => Value): FunctionObject {
  return new FunctionObject(name, call, 'builtin_function_or_method');
}

function textAttribute(owner: string | Markup, name: string): Value | undefined {
  if (name === 'format' || name === 'format_map') {
    return bound(name, (args, budget) => format(owner, name, args, budget));
  }
  return owner instanceof Markup ? markupMethod(owner, name) : method(textMethods, owner, name);
}

function format(owner: string | Markup, name: string, args: CallArguments, budget: Budget): Value {
  let named = (key: string): Value | undefined => args.keyword.get(key);
  let { positional } = args;
  if (name === 'format_map') {
    if (args.keyword.size > 0) {
      fail('TypeError', 'format_map() takes no keyword arguments');
    }
    if (positional.length !== 1) {
      fail('TypeError', `format_map() takes exactly one argument (${positional.length} given)`);
    }
    const mapping = positional[0];
    named = (key) => lookUpItem(mapping, key, budget);
    positional = [];
  }
  const formatted = braceFormat(
    textOf(owner),
    {
      positional,
      named,
      attribute: (target, key) => getAttribute(target, key, budget),
      item: (target, key) => getItem(target, key, budget),
      escapes: owner instanceof Markup,
    },
    budget,
  );
  return owner instanceof Markup ? new Markup(formatted) : formatted;
}

/** `owner[key]`; undefined where Python raises TypeError or LookupError. */
function lookUpItem(owner: Value, key: Value, budget: Budget): Value | undefined {
  if (typeof owner === 'string') {
    budget.text(owner.length);
    const index = toIndex(key, codePointLength(owner));
    return index === undefined ? undefined : codePointAt(owner, index);
  }
  if (owner === null || typeof owner !== 'object') {
    return undefined;
  }
  if (owner instanceof Markup) {
    const element = lookUpItem(owner.value, key, budget);
    return typeof element === 'string' ? new Markup(element) : element;
  }
  return owner instanceof PyObject ? owner.item(key, budget) : elementAt(owner, key);
}
