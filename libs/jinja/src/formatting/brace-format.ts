import { fail } from '../errors.js';
import type { Budget } from '../runtime/budget.js';
import { escapeHtml, Markup } from '../values/markup.js';
import { elementAt } from '../values/sequence-item.js';
import { repr, toText } from '../values/repr.js';
import { orElse, type Value } from '../values/value.js';
import { joinText } from '../values/join-text.js';
import { formatValue } from './format-spec.js';

export interface BraceArguments {
  readonly positional: readonly Value[];
  readonly named: (name: string) => Value | undefined;
  /** `.name` and `[key]` of a field, with the rules of the sandbox. */
  readonly attribute: (owner: Value, name: string) => Value;
  readonly item: (owner: Value, key: Value) => Value;
  /** The template is Markup: what is put in is escaped. */
  readonly escapes: boolean;
}

/** `template.format(…)` */
export function braceFormat(template: string, args: BraceArguments, budget: Budget): string {
  return new BraceFormatter(args, budget).format(template, 2);
}

class BraceFormatter {
  private nextIndex = 0;
  private numbering: 'automatic' | 'manual' | undefined;

  constructor(
    private readonly args: BraceArguments,
    private readonly budget: Budget,
  ) {}

  format(template: string, depth: number): string {
    if (depth < 0) {
      fail('ValueError', 'Max string recursion exceeded');
    }
    const parts: string[] = [];
    let position = 0;
    while (position < template.length) {
      const brace = findBrace(template, position);
      if (brace < 0) {
        break;
      }
      parts.push(template.slice(position, brace));
      const character = template[brace];
      if (template[brace + 1] === character) {
        parts.push(character);
        position = brace + 2;
        continue;
      }
      if (character === '}') {
        fail('ValueError', "Single '}' encountered in format string");
      }
      const end = fieldEnd(template, brace + 1);
      this.budget.step();
      parts.push(this.field(template.slice(brace + 1, end), depth));
      position = end + 1;
    }
    return joinText([...parts, template.slice(position)], '', this.budget);
  }

  private field(text: string, depth: number): string {
    const { name, conversion, spec } = splitField(text);
    const value = this.value(name);
    const inner = this.format(spec, depth - 1);
    if (this.args.escapes) {
      const formatted = this.formatField(value, conversion, inner);
      return value instanceof Markup && conversion === undefined ? formatted : escapeHtml(formatted);
    }
    return this.formatField(value, conversion, inner);
  }

  private formatField(value: Value, conversion: string | undefined, inner: string): string {
    switch (conversion) {
      case undefined:
        return formatValue(value, inner, this.budget);
      case 's':
        return formatValue(toText(value, this.budget), inner, this.budget);
      case 'r':
      case 'a':
        return formatValue(repr(value, this.budget), inner, this.budget);
      default:
        return fail('ValueError', `Unknown conversion specifier ${conversion}`);
    }
  }

  private value(field: string): Value {
    const first = /^[^.[]*/.exec(field)?.[0] ?? '';
    let value = this.first(first);
    const parts = /\.([^.[]*)|\[([^\]]*)\]/gy;
    parts.lastIndex = first.length;
    for (let at = first.length; at < field.length; at = parts.lastIndex) {
      const part = parts.exec(field);
      if (part === null) {
        return fail('ValueError', "Missing ']' in format string");
      }
      const [, attribute, key] = part as (string | undefined)[];
      if (attribute !== undefined) {
        value = this.args.attribute(value, attribute);
      } else {
        value = this.args.item(value, /^\d+$/.test(key ?? '') ? BigInt(key ?? '') : (key ?? ''));
      }
    }
    return value;
  }

  private first(name: string): Value {
    if (name === '' || /^\d+$/.test(name)) {
      const numbering = name === '' ? 'automatic' : 'manual';
      if (this.numbering !== undefined && this.numbering !== numbering) {
        const [from, to] =
          numbering === 'manual'
            ? ['automatic field numbering', 'manual field specification']
            : ['manual field specification', 'automatic field numbering'];
        fail('ValueError', `cannot switch from ${from} to ${to}`);
      }
      this.numbering = numbering;
      const index = name === '' ? this.nextIndex++ : Number(name);
      return orElse(elementAt(this.args.positional, BigInt(index)), () =>
        fail('IndexError', `Replacement index ${index} out of range for positional args tuple`),
      );
    }
    return orElse(this.args.named(name), () => fail('KeyError', `'${name}'`));
  }
}

function findBrace(template: string, from: number): number {
  for (let index = from; index < template.length; index++) {
    if (template[index] === '{' || template[index] === '}') {
      return index;
    }
  }
  return -1;
}

/** Index of the `}` that closes a field, past nested fields in its format spec. */
function fieldEnd(template: string, from: number): number {
  if (from >= template.length) {
    fail('ValueError', "Single '{' encountered in format string");
  }
  let depth = 1;
  let bracketed = false;
  for (let index = from; index < template.length; index++) {
    const character = template[index];
    if (character === '[') {
      bracketed = true;
    } else if (character === ']') {
      bracketed = false;
    } else if (character === '{' && !bracketed) {
      depth++;
    } else if (character === '}' && !bracketed && --depth === 0) {
      return index;
    }
  }
  return fail('ValueError', "expected '}' before end of string");
}

function splitField(text: string): { name: string; conversion: string | undefined; spec: string } {
  let bracketed = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === '[') {
      bracketed = true;
    } else if (character === ']') {
      bracketed = false;
    } else if (character === ':' && !bracketed) {
      return { name: text.slice(0, index), conversion: undefined, spec: text.slice(index + 1) };
    } else if (character === '!' && !bracketed) {
      const after = text[index + 2];
      if (after !== undefined && after !== ':') {
        fail('ValueError', "expected ':' after conversion specifier");
      }
      const conversion = text[index + 1] ?? fail('ValueError', 'end of string while looking for conversion specifier');
      return { name: text.slice(0, index), conversion, spec: text.slice(index + 3) };
    } else if ((character === '{' || character === '}') && !bracketed) {
      fail('ValueError', "unexpected '{' in field name");
    }
  }
  return { name: text, conversion: undefined, spec: '' };
}
