import { fail } from '../errors.js';
import type { Budget } from '../runtime/budget.js';
import { toIndex } from './sequence-item.js';
import { PyObject, type Value } from './value.js';

/** `bytes`, which a template can only get from `str.encode`. */
export class Bytes extends PyObject {
  readonly typeName = 'bytes';

  constructor(private readonly bytes: Uint8Array) {
    super();
  }

  static encode(text: string, encoding: string): Bytes {
    const name = encoding.toLowerCase().replaceAll('_', '-');
    if (name === 'utf-8' || name === 'utf8') {
      return !/\p{Surrogate}/u.test(text)
        ? new Bytes(Buffer.from(text, 'utf8'))
        : fail('UnicodeError', "'utf-8' codec can't encode characters: surrogates not allowed");
    }
    const limit =
      name === 'ascii' ? 0x7f : name === 'latin-1' || name === 'latin1' || name === 'iso-8859-1' ? 0xff : -1;
    if (limit < 0) {
      fail('LookupError', `unknown encoding: ${encoding}`);
    }
    for (const character of text) {
      if ((character.codePointAt(0) ?? 0) > limit) {
        fail('UnicodeError', `'${name}' codec can't encode character: ordinal not in range(${limit + 1})`);
      }
    }
    return new Bytes(Buffer.from(text, 'latin1'));
  }

  decode(): string {
    return Buffer.from(this.bytes).toString('utf8');
  }

  override repr(budget: Budget): string {
    budget.text(this.bytes.length * 4);
    const quote = this.bytes.includes(0x27) && !this.bytes.includes(0x22) ? '"' : "'";
    let out = `b${quote}`;
    for (const byte of this.bytes) {
      out += byteText(byte, quote);
    }
    return out + quote;
  }

  override get truthy(): boolean {
    return this.bytes.length > 0;
  }

  override get size(): number {
    return this.bytes.length;
  }

  override *iterate(): Iterator<Value> {
    for (const byte of this.bytes) {
      yield BigInt(byte);
    }
  }

  override item(key: Value): Value | undefined {
    const index = toIndex(key, this.bytes.length);
    return index === undefined ? undefined : BigInt(this.bytes[index]);
  }

  override hash(): string {
    return `\0b${Buffer.from(this.bytes).toString('latin1')}`;
  }
}

function byteText(byte: number, quote: string): string {
  const character = String.fromCharCode(byte);
  switch (character) {
    case '\n':
      return '\\n';
    case '\r':
      return '\\r';
    case '\t':
      return '\\t';
    case '\\':
      return '\\\\';
    default:
      if (character === quote) {
        return `\\${character}`;
      }
      return byte < 32 || byte > 126 ? `\\x${byte.toString(16).padStart(2, '0')}` : character;
  }
}
