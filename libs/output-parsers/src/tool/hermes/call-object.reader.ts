import { JsonValueEnd } from './json-value-end.js';

/** Hears of a call as soon as its parts are certain. */
export interface CallListener {
  start(name: string): void;
  /** The next piece of the arguments, as the model wrote them. */
  argument(text: string): void;
}

type Step = 'open' | 'key' | 'colon' | 'value' | 'after-value';

/**
 * Reads `{"name": "f", "arguments": {…}}` in pieces; other keys are skipped, the order does not matter. A call is certain when another member follows
 * its name, or when the object ends with name and arguments: until then the block may still be no call. From then on arguments go out as they come,
 * so what is wrong inside of them stays in them.
 */
export class CallObjectReader {
  state: 'reading' | 'complete' | 'malformed' = 'reading';
  /** The listener heard of the call. */
  started = false;
  private step: Step = 'open';
  /** Inside a key or a value. */
  private value: JsonValueEnd | undefined;
  /** Text of a key, of the name, or of arguments whose call is not certain yet. */
  private text = '';
  private key = '';
  private name: string | undefined;
  private argumentText: string | undefined;

  constructor(private readonly listener: CallListener) {}

  /** Index behind the last character that belongs to the object, or that of the one which cannot. */
  read(text: string): number {
    let i = 0;
    while (i < text.length && this.state === 'reading') {
      if (this.value) i = this.readValue(this.value, text, i);
      else if (/\s/.test(text[i])) i += 1;
      else i = this.readPunctuation(text, i);
    }
    return i;
  }

  private readPunctuation(text: string, i: number): number {
    const character = text[i];
    switch (this.step) {
      case 'open':
        return this.expect('{', 'key', character, i);
      case 'colon':
        return this.expect(':', 'value', character, i);
      case 'key':
        return character === '"' ? this.beginValue(character, i) : this.fail(i);
      case 'value':
        return this.beginValue(character, i);
      case 'after-value':
        return this.endMember(character, i);
    }
  }

  private expect(wanted: string, next: Step, character: string, i: number): number {
    if (character !== wanted) return this.fail(i);
    this.step = next;
    return i + 1;
  }

  private endMember(character: string, i: number): number {
    if (character !== ',' && character !== '}') return this.fail(i);
    const ends = character === '}';
    if (!this.started && this.name !== undefined && (!ends || this.argumentText !== undefined)) {
      this.started = true;
      this.listener.start(this.name);
      if (this.argumentText) this.listener.argument(this.argumentText);
    }
    if (!ends) {
      this.step = 'key';
      return i + 1;
    }
    if (!this.started) return this.fail(i);
    if (this.argumentText === undefined) this.listener.argument('{}');
    this.state = 'complete';
    return i + 1;
  }

  private beginValue(first: string, i: number): number {
    const value = new JsonValueEnd(first);
    if (!value.possible) return this.fail(i);
    this.value = value;
    this.text = '';
    return i;
  }

  private readValue(value: JsonValueEnd, text: string, from: number): number {
    const end = value.find(text, from);
    const piece = text.slice(from, end);
    if (this.step === 'value' && this.key === 'arguments' && this.started && this.argumentText === undefined) {
      this.listener.argument(piece);
    } else {
      this.text += piece;
    }
    if (end === undefined) return text.length;
    this.value = undefined;
    return this.endValue() ? end : this.fail(end);
  }

  /** False when a key or the name is no string. */
  private endValue(): boolean {
    if (this.step === 'key') {
      const key = parseString(this.text);
      this.key = key ?? '';
      this.step = 'colon';
      return key !== undefined;
    }
    this.step = 'after-value';
    if (this.key === 'arguments') this.argumentText ??= this.text;
    if (this.key !== 'name' || this.name !== undefined) return true;
    this.name = parseString(this.text);
    return this.name !== undefined && this.name !== '';
  }

  private fail(i: number): number {
    this.state = 'malformed';
    return i;
  }
}

function parseString(json: string): string | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}
