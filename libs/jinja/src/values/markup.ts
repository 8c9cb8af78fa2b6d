import { pythonString } from '@app/python-text';
import { hashKey } from './hash-key.js';
import { PyObject, type HashKey, type Value } from './value.js';

/** `markupsafe.Markup`: text that is already HTML. */
export class Markup extends PyObject {
  readonly typeName = 'Markup';

  constructor(readonly value: string) {
    super();
  }

  override repr(): string {
    return `Markup(${pythonString(this.value)})`;
  }

  override text(): string {
    return this.value;
  }

  override get truthy(): boolean {
    return this.value !== '';
  }

  override hash(): HashKey {
    return hashKey(this.value);
  }
}

export function isText(value: Value): value is string | Markup {
  return typeof value === 'string' || value instanceof Markup;
}

/** The characters of a `str` or `Markup`. */
export function textOf(value: string | Markup): string {
  return typeof value === 'string' ? value : value.value;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]);
}
