import { escapeJson, memberOf, toJsonString } from './json-text.js';

/** How the text of a scalar becomes JSON; `schema`: that of its place, undefined when the tool has none. */
export interface ScalarTyping {
  /** Whether a value that begins like this is its text, whatever follows: then it goes out while it is written. Undefined: that is not decided yet. */
  isText(schema: unknown, beginning: string): boolean | undefined;
  /** JSON text of the whole scalar. */
  toJson(text: string, schema: unknown): string;
}

/** An object or array that is open; `close` ends it. */
interface Container {
  readonly close: string;
  readonly schema: unknown;
  /** Object: member names are read. */
  readonly keyed: boolean;
  empty: boolean;
}

/** Deeper brackets are text. */
const MAX_DEPTH = 256;
const BLANK = /[\s,]/;

type State = 'member' | 'key' | 'value' | 'bare' | 'quoted' | 'ended';

/**
 * Reads the arguments of one call as Google's Gemma models write them, `k:<q>text<q>,n:42,o:{…},l:[…]}` with a quotation marker `<q>`, and gives them as
 * JSON text spaced like Python's `json.dumps`, as soon as it is certain. What has no place in them is skipped.
 */
export class BracedArgumentsReader {
  private readonly open: Container[];
  private state: State = 'member';
  private json = '{';
  private key = '';
  private text = '';
  /** The scalar being read goes out as it is written; undefined: not decided. */
  private streams: boolean | undefined;

  /** `close`: the bracket that ends the arguments; `schema`: of the tool's parameters. */
  constructor(
    close: string,
    schema: unknown,
    private readonly typing: ScalarTyping,
  ) {
    this.open = [{ close, schema, keyed: true, empty: true }];
  }

  get ended(): boolean {
    return this.state === 'ended';
  }

  /** Inside a quoted text markers have no meaning but the one that ends it. */
  get quoted(): boolean {
    return this.state === 'quoted';
  }

  /** Reads a piece without markers up to the bracket that ends the arguments; gives how much of it that is. */
  read(piece: string): number {
    if (this.state === 'quoted') {
      this.writeText(piece);
      return piece.length;
    }
    for (let at = 0; at < piece.length; at++) {
      if (this.ended) return at;
      this.readCharacter(piece[at]);
    }
    return piece.length;
  }

  /** A quotation marker. */
  quote(): void {
    switch (this.state) {
      case 'value':
        this.beginScalar();
        this.state = 'quoted';
        break;
      case 'quoted':
        this.endScalar(this.text);
        break;
      case 'member':
        this.beginMember();
        if (!this.container.keyed) this.quote();
        break;
      default:
      // Around names they are layout.
    }
  }

  /** The call ends here, and with it all that is open. */
  end(): void {
    if (this.state === 'value') this.beginScalar();
    if (this.state === 'bare') this.text = this.text.trim();
    if (this.state === 'value' || this.state === 'bare' || this.state === 'quoted') this.endScalar(this.text);
    while (!this.ended) this.close();
  }

  /** The text ends inside the call: a value that was begun stays open, since half a call must not look complete (chat-inputs-and-parsers.md §4.1). */
  cut(): void {
    if (this.open.length === 1 && (this.state === 'member' || this.state === 'key')) this.close();
  }

  /** The JSON text that has become certain since the last time. */
  take(): string {
    const { json } = this;
    this.json = '';
    return json;
  }

  private readCharacter(character: string): void {
    switch (this.state) {
      case 'member':
        this.readMember(character);
        break;
      case 'key':
        if (character === ':') this.endKey();
        else if (character === this.container.close) this.close();
        else this.key += character;
        break;
      case 'value':
        if (BLANK.test(character) && character !== ',') return;
        this.readValue(character);
        break;
      case 'bare':
        if (character !== ',' && character !== this.container.close) {
          this.text += character;
          return;
        }
        this.endScalar(this.text.trim());
        if (character !== ',') this.close();
        break;
      default:
    }
  }

  private readMember(character: string): void {
    if (BLANK.test(character)) return;
    if (character === this.container.close) {
      this.close();
      return;
    }
    this.beginMember();
    this.readCharacter(character);
  }

  private readValue(character: string): void {
    const { schema } = this;
    if (character === '{' && this.open.length < MAX_DEPTH) {
      this.beginContainer({ close: '}', schema, keyed: true, empty: true });
    } else if (character === '[' && this.open.length < MAX_DEPTH) {
      this.beginContainer({ close: ']', schema: memberOf(schema, 'items'), keyed: false, empty: true });
    } else {
      this.beginScalar();
      this.state = 'bare';
      this.readCharacter(character);
    }
  }

  private get container(): Container {
    return this.open[this.open.length - 1];
  }

  /** Of the value that is read. */
  private get schema(): unknown {
    const { keyed, schema } = this.container;
    return keyed ? memberOf(memberOf(schema, 'properties'), this.key) : schema;
  }

  private beginMember(): void {
    this.key = '';
    this.state = this.container.keyed ? 'key' : 'value';
    if (!this.container.keyed) this.separate();
  }

  private endKey(): void {
    this.key = this.key.trim();
    this.separate();
    this.json += `${toJsonString(this.key)}: `;
    this.state = 'value';
  }

  private separate(): void {
    if (!this.container.empty) this.json += ', ';
    this.container.empty = false;
  }

  private beginContainer(container: Container): void {
    this.json += container.keyed ? '{' : '[';
    this.open.push(container);
    this.state = 'member';
  }

  private close(): void {
    this.json += this.container.keyed ? '}' : ']';
    this.open.pop();
    this.state = this.open.length === 0 ? 'ended' : 'member';
  }

  private beginScalar(): void {
    this.text = '';
    this.streams = undefined;
  }

  private writeText(piece: string): void {
    if (this.streams) {
      this.json += escapeJson(piece);
      return;
    }
    this.text += piece;
    this.streams ??= this.typing.isText(this.schema, this.text);
    if (this.streams) this.json += `"${escapeJson(this.text)}`;
  }

  private endScalar(text: string): void {
    this.json += this.streams ? '"' : this.typing.toJson(text, this.schema);
    this.state = 'member';
  }
}
