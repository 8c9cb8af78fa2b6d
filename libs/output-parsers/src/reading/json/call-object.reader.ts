import { UnwrappedArguments, VerbatimArguments } from './argument-text.js';
import type { ArgumentText } from './argument-text.js';
import type { CallListener, CallReader } from './call.reader.js';
import { JsonValueEnd } from './json-value-end.js';

/** How an object says a call. */
export interface CallObjectFormat {
  /** The member that holds the name; `first-key`: the object is `{"f": {…}}`, its first member is the call. */
  readonly name: { readonly key: string } | 'first-key';
  /** Members that may hold the arguments; the first one written counts. */
  readonly argumentKeys: readonly string[];
  /** The member that holds the id of the call, if it comes in front of the arguments. */
  readonly idKey?: string;
  /** An object without arguments says no call; otherwise it says one without arguments. */
  readonly argumentsRequired: boolean;
  /** Arguments that are a string: the string, or the text in it. */
  readonly stringArguments: 'verbatim' | 'unwrapped';
  /** Arguments that are `null` are none. */
  readonly nullArguments?: 'none';
  /** Arguments of other types than an object say no call. */
  readonly objectArguments?: true;
  /** What has to follow the name for a call to be certain: any other member, or the arguments. */
  readonly certainWith: 'next-member' | 'arguments';
}

/** `{"name": "f", "arguments": {…}}` */
export const NAME_AND_ARGUMENTS: CallObjectFormat = {
  name: { key: 'name' },
  argumentKeys: ['arguments'],
  argumentsRequired: true,
  stringArguments: 'verbatim',
  certainWith: 'arguments',
};

type Step = 'open' | 'key' | 'colon' | 'value' | 'after-value';

/**
 * Reads one call object in pieces; other members are skipped, the order does not matter. Until the call is certain it may still be none. From then on
 * arguments go out as they come, so what is wrong inside of them stays in them.
 */
export class CallObjectReader implements CallReader {
  state: CallReader['state'] = 'reading';
  started = false;
  pending = '';
  promising = false;
  private step: Step = 'open';
  /** Inside a key or a value. */
  private value: JsonValueEnd | undefined;
  /** Text of a key or of a value that is no arguments. */
  private text = '';
  private key = '';
  private name: string | undefined;
  private id: string | undefined;
  private argumentState: 'none' | 'open' | 'read' = 'none';
  private argumentText: ArgumentText | undefined;
  /** Arguments of a call that is not certain yet. */
  private held = '';

  constructor(
    private readonly format: CallObjectFormat,
    private readonly listener: CallListener,
  ) {}

  read(text: string): number {
    let i = 0;
    while (i < text.length && this.state === 'reading') {
      if (this.value) i = this.readValue(this.value, text, i);
      else if (/\s/.test(text[i])) i += 1;
      else i = this.readPunctuation(text[i], i);
    }
    if (!this.started) this.pending += text.slice(0, i);
    return i;
  }

  private readPunctuation(character: string, i: number): number {
    switch (this.step) {
      case 'open':
        return this.expect('{', 'key', character, i);
      case 'colon':
        return this.expect(':', 'value', character, i);
      case 'key':
        if (character === '}') return this.endObject(i);
        return character === '"' ? this.beginValue(character, i) : this.fail(i);
      case 'value':
        return this.beginValue(character, i);
      case 'after-value':
        if (character === '}') return this.endObject(i);
        return this.expect(',', 'key', character, i);
    }
  }

  private expect(wanted: string, next: Step, character: string, i: number): number {
    if (character !== wanted) return this.fail(i);
    if (wanted === ',' && (this.format.certainWith === 'next-member' || this.argumentState === 'read')) this.start();
    this.step = next;
    return i + 1;
  }

  private endObject(i: number): number {
    if (this.argumentState === 'read' || !this.format.argumentsRequired) this.start();
    this.state = this.started ? 'complete' : 'no-call';
    if (this.started) this.listener.end();
    return i + 1;
  }

  private start(): void {
    const { name, id } = this;
    if (this.started || name === undefined) return;
    this.started = true;
    this.pending = '';
    this.listener.start(id === undefined ? { name } : { name, id });
    if (this.held !== '') this.listener.argument(this.held);
  }

  private beginValue(first: string, i: number): number {
    const value = new JsonValueEnd(first);
    if (!value.possible) return this.fail(i);
    this.value = value;
    this.text = '';
    return this.step === 'value' && this.argumentState === 'none' && this.isArguments()
      ? this.beginArguments(first, i)
      : i;
  }

  private isArguments(): boolean {
    return this.format.name === 'first-key' || this.format.argumentKeys.includes(this.key);
  }

  private beginArguments(first: string, i: number): number {
    if (this.format.objectArguments && first !== '{') return this.fail(i, 'no-call');
    if (first === 'n' && this.format.nullArguments) {
      this.argumentState = 'read';
      return i;
    }
    const isWrapped = first === '"' && this.format.stringArguments === 'unwrapped';
    this.argumentState = 'open';
    this.argumentText = isWrapped ? new UnwrappedArguments() : new VerbatimArguments();
    if (this.format.certainWith === 'arguments') this.start();
    return i;
  }

  private readValue(value: JsonValueEnd, text: string, from: number): number {
    const end = value.find(text, from);
    const piece = text.slice(from, end);
    if (!this.argumentText) this.text += piece;
    else if (this.started) this.listener.argument(this.argumentText.push(piece));
    else this.held += this.argumentText.push(piece);
    if (end === undefined) return text.length;
    this.value = undefined;
    return this.endValue() ? end : this.fail(end);
  }

  /** False when a key, the name or the id is no string. */
  private endValue(): boolean {
    if (this.step === 'key') return this.endKey();
    this.step = 'after-value';
    if (this.argumentText) {
      this.argumentText = undefined;
      this.argumentState = 'read';
      return true;
    }
    const { name, idKey } = this.format;
    if (name !== 'first-key' && this.key === name.key && this.name === undefined) {
      this.name = parseString(this.text);
      return this.name !== undefined && this.name !== '';
    }
    if (this.key === idKey) this.id ??= parseString(this.text);
    return true;
  }

  private endKey(): boolean {
    const key = parseString(this.text);
    if (key === undefined) return false;
    this.key = key;
    this.step = 'colon';
    const { name } = this.format;
    if (name === 'first-key') this.name ??= key;
    this.promising ||= name === 'first-key' || key === name.key;
    return true;
  }

  private fail(i: number, state: 'no-call' | 'broken' = 'broken'): number {
    this.state = state;
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
