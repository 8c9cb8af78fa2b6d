/** JSON Schema; true: any value. */
export type ArgumentSchema = Readonly<Record<string, unknown>> | boolean;

/** How arguments are spelled: as JSON, or as one of the formats of tagged parameters that XGrammar knows. */
export type ArgumentStyle = 'json' | 'qwen_xml' | 'minimax_xml' | 'deepseek_xml' | 'deepseek_v4_1_xml' | 'glm_xml';

/**
 * One node of XGrammar's structural tag language, with every member that vLLM's server writes and in its order, so that equal constraints are equal
 * texts to an engine.
 */
export type Format =
  | { readonly type: 'const_string'; readonly value: string }
  | {
      readonly type: 'json_schema';
      readonly json_schema: ArgumentSchema;
      readonly style: ArgumentStyle;
      readonly any_order: boolean;
      readonly max_whitespace_cnt: number | null;
      readonly excludes: readonly string[];
    }
  | {
      readonly type: 'any_text';
      readonly excludes: readonly string[];
      readonly max_tokens: number | null;
      readonly max_chars: number | null;
    }
  | { readonly type: 'regex'; readonly pattern: string }
  | { readonly type: 'grammar'; readonly grammar: string }
  | { readonly type: 'sequence'; readonly elements: readonly Format[] }
  | { readonly type: 'or'; readonly elements: readonly Format[] }
  | { readonly type: 'optional' | 'star' | 'plus'; readonly content: Format }
  | Tag
  | {
      readonly type: 'triggered_tags';
      readonly triggers: readonly string[];
      readonly tags: readonly Tag[];
      readonly at_least_one: boolean;
      readonly stop_after_first: boolean;
      readonly excludes: readonly string[];
    }
  | {
      readonly type: 'tags_with_separator';
      readonly tags: readonly Tag[];
      readonly separator: string;
      readonly at_least_one: boolean;
      readonly stop_after_first: boolean;
    };

/** Something between a begin and an end; several ends: any of them. */
export interface Tag {
  readonly type: 'tag';
  readonly begin: string;
  readonly content: Format;
  readonly end: string | readonly string[];
}

export function constString(value: string): Format {
  return { type: 'const_string', value };
}

/** A value of a schema. */
export function jsonSchema(schema: ArgumentSchema, style: ArgumentStyle = 'json'): Format {
  return {
    type: 'json_schema',
    json_schema: schema,
    style,
    any_order: false,
    max_whitespace_cnt: null,
    excludes: [],
  };
}

/** Text without any of these. */
export function anyText(excludes: readonly string[] = []): Format {
  return { type: 'any_text', excludes, max_tokens: null, max_chars: null };
}

export function regex(pattern: string): Format {
  return { type: 'regex', pattern };
}

export function sequence(...elements: Format[]): Format {
  return { type: 'sequence', elements };
}

/** One of several; of one, itself. */
export function oneOf(elements: readonly Format[]): Format {
  return elements.length === 1 ? elements[0] : { type: 'or', elements };
}

export function optional(content: Format): Format {
  return { type: 'optional', content };
}

/** Any number of times. */
export function star(content: Format): Format {
  return { type: 'star', content };
}

/** At least once. */
export function plus(content: Format): Format {
  return { type: 'plus', content };
}

export function tag(begin: string, content: Format, end: string | readonly string[]): Tag {
  return { type: 'tag', begin, content, end };
}

/** Tags in text: what begins with a trigger must be one of them. */
export function triggeredTags(options: {
  readonly triggers: readonly string[];
  readonly tags: readonly Tag[];
  readonly atLeastOne?: boolean;
  readonly excludes?: readonly string[];
}): Format {
  const { triggers, tags, atLeastOne = false, excludes = [] } = options;
  return { type: 'triggered_tags', triggers, tags, at_least_one: atLeastOne, stop_after_first: false, excludes };
}

/** Tags and nothing else, at least one of them. */
export function tagList(
  tags: readonly Tag[],
  { separator = '', onlyOne = false }: { readonly separator?: string; readonly onlyOne?: boolean } = {},
): Format {
  return { type: 'tags_with_separator', tags, separator, at_least_one: true, stop_after_first: onlyOne };
}

/** The format with every list of tags cut down to one: in the markup of calls, only calls are lists. */
export function withSingleCall(format: Format): Format {
  switch (format.type) {
    case 'triggered_tags':
    case 'tags_with_separator':
      return { ...format, tags: format.tags.map(withSingleCallInTag), stop_after_first: true };
    case 'sequence':
    case 'or':
      return { ...format, elements: format.elements.map(withSingleCall) };
    case 'optional':
    case 'star':
    case 'plus':
      return { ...format, content: withSingleCall(format.content) };
    case 'tag':
      return withSingleCallInTag(format);
    default:
      return format;
  }
}

function withSingleCallInTag(given: Tag): Tag {
  return { ...given, content: withSingleCall(given.content) };
}
