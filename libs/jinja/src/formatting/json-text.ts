import { pythonFloat } from '@app/python-text';
import { fail } from '../errors.js';
import type { Budget } from '../runtime/budget.js';
import { inOrder } from '../values/comparison.js';
import { Dict } from '../values/dict.js';
import { integerText } from '../values/integer.js';
import { isText, textOf } from '../values/markup.js';
import { Tuple } from '../values/tuple.js';
import { typeName } from '../values/type-name.js';
import type { Value } from '../values/value.js';

export interface JsonOptions {
  readonly asciiOnly: boolean;
  /** Undefined: all on one line. */
  readonly indent: string | undefined;
  readonly itemSeparator: string;
  readonly keySeparator: string;
  readonly sortKeys: boolean;
}

/** `json.dumps(value, …)` @throws TypeError for what JSON has no form for */
export function toJson(value: Value, options: JsonOptions, budget: Budget): string {
  return new JsonWriter(options, budget).write(value, '');
}

class JsonWriter {
  constructor(
    private readonly options: JsonOptions,
    private readonly budget: Budget,
  ) {}

  write(value: Value, margin: string): string {
    this.budget.step();
    if (value === null) {
      return 'null';
    }
    if (isText(value)) {
      return this.string(textOf(value));
    }
    switch (typeof value) {
      case 'boolean':
        return value ? 'true' : 'false';
      case 'bigint':
        return integerText(value);
      case 'number':
        return numberText(value);
      default:
    }
    if (value instanceof Dict) {
      return this.budget.nested(() => this.object(value, margin));
    }
    const items = value instanceof Tuple ? value.items : value;
    if (Array.isArray(items)) {
      return this.budget.nested(() => this.list(items as readonly Value[], margin));
    }
    return fail('TypeError', `Object of type ${typeName(value)} is not JSON serializable`);
  }

  private list(items: readonly Value[], margin: string): string {
    const inner = margin + (this.options.indent ?? '');
    return this.wrap(
      '[',
      ']',
      items.map((item) => this.write(item, inner)),
      margin,
    );
  }

  private object(dict: Dict, margin: string): string {
    const inner = margin + (this.options.indent ?? '');
    const pairs = Array.from(dict.pairs());
    if (this.options.sortKeys) {
      pairs.sort(([a], [b]) => (inOrder('<', a, b, this.budget) ? -1 : inOrder('<', b, a, this.budget) ? 1 : 0));
    }
    const parts = pairs.map(
      ([key, value]) => this.string(keyText(key)) + this.options.keySeparator + this.write(value, inner),
    );
    return this.wrap('{', '}', parts, margin);
  }

  private wrap(open: string, close: string, parts: readonly string[], margin: string): string {
    if (parts.length === 0) {
      return open + close;
    }
    const { indent, itemSeparator } = this.options;
    const [start, separator, end] =
      indent === undefined
        ? ['', itemSeparator, '']
        : [`\n${margin}${indent}`, `${itemSeparator}\n${margin}${indent}`, `\n${margin}`];
    let length = start.length + end.length + 2;
    for (const part of parts) {
      length += part.length + separator.length;
    }
    this.budget.text(length);
    return open + start + parts.join(separator) + end + close;
  }

  private string(text: string): string {
    this.budget.text(text.length);
    // JSON.stringify escapes lone surrogates, Python does so only for ASCII output; and Python also escapes U+007F there.
    if (this.options.asciiOnly) {
      return JSON.stringify(text).replace(/[\x7f-\uffff]/g, (unit) => `\\u${hex4(unit)}`);
    }
    return `"${text.replace(/["\\\x00-\x1f]/g, escapeControl)}"`;
  }
}

const shortEscapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\f': '\\f',
  '\b': '\\b',
};

function escapeControl(character: string): string {
  return Object.hasOwn(shortEscapes, character) ? shortEscapes[character] : `\\u${hex4(character)}`;
}

function hex4(unit: string): string {
  return unit.charCodeAt(0).toString(16).padStart(4, '0');
}

function numberText(value: number): string {
  if (Number.isFinite(value)) {
    return pythonFloat(value);
  }
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
}

function keyText(key: Value): string {
  if (isText(key)) {
    return textOf(key);
  }
  switch (typeof key) {
    case 'boolean':
      return key ? 'true' : 'false';
    case 'bigint':
      return integerText(key);
    case 'number':
      return numberText(key);
    default:
      return key === null
        ? 'null'
        : fail('TypeError', `keys must be str, int, float, bool or None, not ${typeName(key)}`);
  }
}
