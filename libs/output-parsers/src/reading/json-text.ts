const MAX_DEPTH = 512;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
const BLANK = /[ \t\n\r]*/y;

/** Decides what a scalar is written as: `source` is its JSON text, `schema` what its place in the value calls for. */
type ScalarWriter = (source: string, schema: unknown) => string;

/** The inside of a JSON string, as Python's `json.dumps(…, ensure_ascii=False)` writes it. Text may be cut anywhere: pieces join to the whole. */
export function escapeJson(text: string): string {
  return text.replace(/["\\\p{Cc}]/gu, (character) => JSON.stringify(character).slice(1, -1));
}

export function toJsonString(text: string): string {
  return `"${escapeJson(text)}"`;
}

/** The same value with the spacing of Python's `json.dumps`, numbers as they stand; undefined: no JSON, not finite, or nested deeper than 512. */
export function respaceJson(json: string): string | undefined {
  return rewriteJson(json, undefined, (source) => source);
}

/** As `respaceJson`, every scalar written anew by the schema of its place in `properties` and `items`. */
export function rewriteJson(json: string, schema: unknown, write: ScalarWriter): string | undefined {
  const rewriter = new JsonRewriter(json, write);
  const value = rewriter.value(schema, 0);
  return rewriter.atEnd ? value : undefined;
}

/** The members of a JSON object, in order, each value as JSON text; undefined: no such object. */
export function jsonMembers(json: string): (readonly [key: string, value: string])[] | undefined {
  const rewriter = new JsonRewriter(json, (source) => source);
  const members = rewriter.object(undefined, 0);
  return rewriter.atEnd ? members : undefined;
}

/** The items of a JSON array, each as JSON text; undefined: no such array. */
export function jsonItems(json: string): string[] | undefined {
  const rewriter = new JsonRewriter(json, (source) => source);
  const items = rewriter.array(undefined, 0);
  return rewriter.atEnd ? items : undefined;
}

/** Reads one JSON text from its beginning; each part gives `undefined` where the text is wrong, and what follows is not read then. */
class JsonRewriter {
  private position = 0;

  constructor(
    private readonly json: string,
    private readonly write: ScalarWriter,
  ) {}

  get atEnd(): boolean {
    this.take(BLANK);
    return this.position === this.json.length;
  }

  value(schema: unknown, depth: number): string | undefined {
    this.take(BLANK);
    switch (this.json[this.position]) {
      case '{': {
        const members = this.object(schema, depth);
        return members && `{${members.map(([key, value]) => `${toJsonString(key)}: ${value}`).join(', ')}}`;
      }
      case '[': {
        const items = this.array(schema, depth);
        return items && `[${items.join(', ')}]`;
      }
      case '"':
        return this.scalar(this.string(), schema);
      default:
        return this.scalar(this.take(WORD) ?? this.number(), schema);
    }
  }

  object(schema: unknown, depth: number): (readonly [string, string])[] | undefined {
    this.take(BLANK);
    if (this.json[this.position] !== '{') return undefined;
    const properties = memberOf(schema, 'properties');
    return this.list(depth, () => {
      this.take(BLANK);
      const key = this.string();
      this.take(BLANK);
      if (key === undefined || this.json[this.position++] !== ':') return undefined;
      const name = JSON.parse(key) as string;
      const value = this.value(memberOf(properties, name), depth + 1);
      return value === undefined ? undefined : ([name, value] as const);
    });
  }

  array(schema: unknown, depth: number): string[] | undefined {
    this.take(BLANK);
    if (this.json[this.position] !== '[') return undefined;
    return this.list(depth, () => this.value(memberOf(schema, 'items'), depth + 1));
  }

  /** What stands between the bracket here and the one that closes it. */
  private list<T>(depth: number, readItem: () => T | undefined): T[] | undefined {
    const close = this.json[this.position++] === '{' ? '}' : ']';
    const items: T[] = [];
    if (depth >= MAX_DEPTH) return undefined;
    this.take(BLANK);
    if (this.json[this.position] === close) {
      this.position += 1;
      return items;
    }
    for (;;) {
      const item = readItem();
      if (item === undefined) return undefined;
      items.push(item);
      this.take(BLANK);
      const next = this.json[this.position++];
      if (next === close) return items;
      if (next !== ',') return undefined;
    }
  }

  private scalar(source: string | undefined, schema: unknown): string | undefined {
    return source === undefined ? undefined : this.write(source, schema);
  }

  private number(): string | undefined {
    const source = this.take(NUMBER);
    return source !== undefined && Number.isFinite(Number(source)) ? source : undefined;
  }

  /** The source of the string here, written the usual way. */
  private string(): string | undefined {
    const start = this.position;
    if (this.json[start] !== '"') return undefined;
    let end = start + 1;
    while (end < this.json.length && this.json[end] !== '"') end += this.json[end] === '\\' ? 2 : 1;
    this.position = end + 1;
    const text = parseString(this.json.slice(start, this.position));
    return text === undefined ? undefined : toJsonString(text);
  }

  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.json)?.[0];
    this.position += found?.length ?? 0;
    return found;
  }
}

/** A member of an object that came from outside: its own ones only. */
export function memberOf(object: unknown, key: string): unknown {
  if (typeof object !== 'object' || object === null || Array.isArray(object) || !Object.hasOwn(object, key)) {
    return undefined;
  }
  return (object as Readonly<Record<string, unknown>>)[key];
}

function parseString(source: string): string | undefined {
  try {
    return JSON.parse(source) as string;
  } catch {
    return undefined;
  }
}
