import type { OfferedFunction } from '../tool/tool-parser.js';
import { escapeJson, toJsonString } from './json-text.js';
import { isAlwaysString, parameterSchema, toTypedJson } from './schema-typing.js';

/** How the text of a value becomes JSON; `schema`: that of the parameter, undefined when the tool names none. */
export interface ValueTyping {
  /** The value is its text, whatever follows: it goes out while it is written. */
  readonly isText: (schema: unknown) => boolean;
  /** JSON text of the whole value. */
  readonly toJson: (text: string, schema: unknown) => string;
}

/** Values are what the schema says (chat-inputs-and-parsers.md §4.1). */
export const typedBySchema: ValueTyping = { isText: isAlwaysString, toJson: toTypedJson };

/**
 * Writes the arguments of one call as one JSON object, member by member, spaced like Python's `json.dumps`. Every method gives the JSON text that has
 * become certain; all of them joined are the object. A call that ends inside a value is left as it is: half a call must not look complete (§4.1).
 */
export class TypedArgumentsWriter {
  private empty = true;
  private schema: unknown;
  /** The value goes out while it is written; otherwise `text` waits for its end. */
  private streams = false;
  private text = '';

  /** `name`: of the called function. */
  constructor(
    private readonly name: string,
    private readonly tools: readonly OfferedFunction[],
    private typing: ValueTyping = typedBySchema,
  ) {}

  /** `typing`: of this value and those behind it. */
  beginValue(parameter: string, typing = this.typing): string {
    this.typing = typing;
    this.schema = parameterSchema(this.tools, this.name, parameter);
    this.streams = typing.isText(this.schema);
    this.text = '';
    return this.key(parameter) + (this.streams ? '"' : '');
  }

  /** A piece of the value begun last. */
  write(piece: string): string {
    if (this.streams) return escapeJson(piece);
    this.text += piece;
    return '';
  }

  endValue(): string {
    return this.streams ? '"' : this.typing.toJson(this.text, this.schema);
  }

  /** A whole member; `json`: its value. */
  member(parameter: string, json: string): string {
    return this.key(parameter) + json;
  }

  end(): string {
    return this.empty ? '{}' : '}';
  }

  private key(parameter: string): string {
    const start = this.empty ? '{' : ', ';
    this.empty = false;
    return `${start}${toJsonString(parameter)}: `;
  }
}
