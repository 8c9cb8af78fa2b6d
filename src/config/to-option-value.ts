import { OptionValueError, toHumanInteger } from './human-integer.js';
import { parseJsonText } from './json-text.js';
import type { OptionSpec } from './option.decorator.js';

/** The texts that stand for a value of a file or of JSON, as the command line would have them. */
export function toOptionTexts({ kind }: OptionSpec, value: unknown): readonly string[] {
  return kind === 'words' && Array.isArray(value) ? value.map(toText) : [toText(value)];
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Texts as they were given: one for most kinds, any number for `words`. Throws `OptionValueError`. */
export function toOptionValue(spec: OptionSpec, texts: readonly string[]): unknown {
  const text = texts.at(-1) ?? '';
  const mayBeNull = spec.default === undefined || spec.isNullable;
  if (mayBeNull && spec.kind !== 'words' && (text === '' || text === 'None')) {
    return undefined;
  }
  switch (spec.kind) {
    case 'text':
      return toChoice(spec, text);
    case 'boolean':
      return toBoolean(text);
    case 'integer':
      return toNamedNumber(spec, text) ?? toInteger(text);
    case 'human-integer':
      return toNamedNumber(spec, text) ?? toHumanInteger(text);
    case 'number':
      return toNumber(text);
    case 'words':
      return texts.filter((word) => word !== '');
    case 'json':
      return toJsonObject(text);
    case 'json-list':
      return toJsonList(text);
  }
}

function toChoice({ choices, synonyms = {} }: OptionSpec, text: string): string {
  if (choices && !choices.includes(text)) {
    const word = text.toLowerCase();
    const wanted = choices.find((choice) => choice === (Object.hasOwn(synonyms, word) ? synonyms[word] : word));
    if (wanted === undefined) {
      throw new OptionValueError(`invalid choice ${JSON.stringify(text)} (choose from ${choices.join(', ')})`);
    }
    return wanted;
  }
  return text;
}

const TRUE_WORDS = new Set(['1', 'true', 'yes', 'on']);
const FALSE_WORDS = new Set(['0', 'false', 'no', 'off', '']);

function toBoolean(text: string): boolean {
  const word = text.trim().toLowerCase();
  if (!TRUE_WORDS.has(word) && !FALSE_WORDS.has(word)) {
    throw new OptionValueError(`expected true or false, got ${JSON.stringify(text)}`);
  }
  return TRUE_WORDS.has(word);
}

function toNamedNumber({ words = {} }: OptionSpec, text: string): number | undefined {
  return Object.hasOwn(words, text) ? words[text] : undefined;
}

function toInteger(text: string): number {
  if (!/^\s*[+-]?\d{1,15}\s*$/.test(text)) {
    throw new OptionValueError(`expected an integer, got ${JSON.stringify(text)}`);
  }
  return Number(text);
}

function toNumber(text: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (!Number.isFinite(value)) {
    throw new OptionValueError(`expected a number, got ${JSON.stringify(text)}`);
  }
  return value;
}

function toJsonObject(text: string): Record<string, unknown> {
  const value = parseJsonText(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new OptionValueError(`expected a JSON object, got ${JSON.stringify(text)}`);
  }
  return value as Record<string, unknown>;
}

function toJsonList(text: string): string[] {
  const value = parseJsonText(text);
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
    throw new OptionValueError(`expected a JSON list of strings, got ${JSON.stringify(text)}`);
  }
  return value;
}
