import { InvalidRequestError } from '@app/errors';
import type { JsonStyle } from '../constraint.js';
import { parseEbnf } from '../ebnf/parse-ebnf.js';
import { characters, choice, LAST_CODE_POINT, literal, optional, repeat, sequence } from '../grammar/expression.js';
import type { Expression } from '../grammar/expression.js';
import type { GrammarBuilder } from '../grammar/grammar.js';
import { parseRegex } from '../regex/parse-regex.js';
import { isRecord, mustBeSchema } from '../schema/json-schema.js';
import type { SchemaObject } from '../schema/json-schema.js';
import { schemaExpression } from '../schema/schema-grammar.js';
import { taggedParameters } from './tagged-parameters.js';
import { textWithout } from './text-without.js';

const MAX_NESTING = 80;
const MAX_LENGTH = 4 * 2 ** 20;

/**
 * The outputs of a structural tag (XGrammar's language, both forms). Throws `InvalidRequestError` for one that is broken, and for formats that this engine cannot
 * enforce, by name.
 */
export function structuralTagExpression(text: string, builder: GrammarBuilder, style: JsonStyle): Expression {
  if (text.length > MAX_LENGTH) throw invalidTag(`it is longer than ${MAX_LENGTH} characters`);
  const tag = parseTag(text);
  const reader = new FormatReader(builder, style);
  return tag.structures === undefined ? reader.expressionOf(tag.format, undefined, 0) : reader.legacy(tag);
}

/** What comes after a format that could go on: the ends of the tag around it. Undefined: nothing does. */
type Ends = readonly string[] | undefined;

interface Triggered {
  readonly triggers: readonly string[];
  readonly tags: readonly SchemaObject[];
  readonly atLeastOne: boolean;
  readonly stopAfterFirst: boolean;
  readonly excludes: readonly string[];
}

class FormatReader {
  constructor(
    private readonly builder: GrammarBuilder,
    private readonly style: JsonStyle,
  ) {}

  legacy({ structures, triggers }: SchemaObject): Expression {
    const tags = recordList(structures, 'structures').map(({ begin, schema, end }) => ({
      type: 'tag',
      begin,
      content: { type: 'json_schema', json_schema: schema ?? true },
      end,
    }));
    return this.triggered(
      { triggers: textList(triggers, 'triggers'), tags, atLeastOne: false, stopAfterFirst: false, excludes: [] },
      undefined,
      0,
    );
  }

  /** A format, with the ends in it that it must be followed by: a free text does not know where it ends without them. */
  expressionOf(format: unknown, ends: Ends, depth: number): Expression {
    if (depth > MAX_NESTING) throw invalidTag(`formats nest deeper than ${MAX_NESTING}`);
    if (!isRecord(format)) throw invalidTag('a format must be an object');
    const followed = (expression: Expression): Expression =>
      ends === undefined ? expression : sequence(expression, choice(ends.map(literal)));
    const inner = (part: unknown, innerEnds: Ends = undefined): Expression =>
      this.expressionOf(part, innerEnds, depth + 1);
    switch (format.type) {
      case 'const_string':
        return followed(literal(text(format.value, 'value')));
      case 'regex':
        return followed(this.builder.add('regex', parseRegex(text(format.pattern, 'pattern'))));
      case 'grammar':
        return followed(parseEbnf(text(format.grammar, 'grammar'), this.builder));
      case 'json_schema':
      case 'qwen_xml_parameter':
        return followed(this.schema(format));
      case 'any_text':
        return this.anyText(format, ends);
      case 'sequence':
        return this.sequence(list(format.elements, 'elements'), ends, depth);
      case 'or':
        return choice(list(format.elements, 'elements').map((element) => inner(element, ends)));
      case 'optional':
        return followed(optional(inner(format.content)));
      case 'star':
        return followed(repeat(this.builder.add('star', inner(format.content)), 0));
      case 'plus':
        return followed(repeat(this.builder.add('plus', inner(format.content)), 1));
      case 'repeat':
        return followed(
          repeat(this.builder.add('repeat', inner(format.content)), count(format.min), count(format.max)),
        );
      case 'tag':
        return followed(this.tag(format, text(format.begin, 'begin'), depth));
      case 'triggered_tags':
        return this.triggered(toTriggered(format), ends, depth);
      case 'tags_with_separator':
        return followed(this.separated(format, depth));
      default:
        throw invalidTag(`this engine has no format of type ${JSON.stringify(format.type ?? null).slice(0, 100)}`);
    }
  }

  private schema(format: SchemaObject): Expression {
    const schema = mustBeSchema(format.json_schema, '"json_schema"');
    const { style = format.type === 'qwen_xml_parameter' ? 'qwen_xml' : 'json' } = format;
    if (Array.isArray(format.excludes) && format.excludes.length > 0)
      throw invalidTag('"excludes" of json_schema cannot be enforced');
    if (style === 'json') return schemaExpression(schema, this.builder, this.style);
    return taggedParameters(schema, text(style, 'style'), { builder: this.builder, style: this.style });
  }

  private anyText({ excludes, max_chars: maxChars, max_tokens: maxTokens }: SchemaObject, ends: Ends): Expression {
    if ((maxChars ?? maxTokens ?? null) !== null) throw invalidTag('"max_chars" and "max_tokens" cannot be enforced');
    const excluded = excludes === undefined ? [] : textList(excludes, 'excludes');
    if (excluded.length > 0) return textWithout({ excluded, ends: ends ?? [], triggers: [] }, this.builder);
    if (ends === undefined) return repeat(characters([[0, LAST_CODE_POINT]]), 0);
    return this.builder.add('text', { type: 'dispatch', triggers: [], stops: ends, loop: false });
  }

  /** Free texts inside end where the constant behind them begins. */
  private sequence(elements: readonly unknown[], ends: Ends, depth: number): Expression {
    const parts: Expression[] = [];
    elements.forEach((element, index) => {
      const isLast = index === elements.length - 1;
      parts.push(this.expressionOf(element, isLast ? ends : undefined, depth + 1));
    });
    return sequence(...parts);
  }

  private tag({ content, end }: SchemaObject, begin: string, depth: number): Expression {
    const ends = typeof end === 'string' ? [end] : textList(end, 'end');
    return sequence(literal(begin), this.expressionOf(content, ends.includes('') ? undefined : ends, depth + 1));
  }

  private triggered(format: Triggered, ends: Ends, depth: number): Expression {
    const { triggers, tags, atLeastOne, stopAfterFirst, excludes } = format;
    const byTrigger = triggers.map((trigger) => {
      const rests = tags
        .filter(({ begin }) => text(begin, 'begin').startsWith(trigger))
        .map((tag) => this.tag(tag, text(tag.begin, 'begin').slice(trigger.length), depth));
      return [trigger, this.builder.add('tags', choice(rests))] as const;
    });
    for (const { begin } of tags) {
      const matching = triggers.filter((trigger) => text(begin, 'begin').startsWith(trigger));
      if (matching.length !== 1)
        throw invalidTag(`the tag ${JSON.stringify(begin).slice(0, 100)} must begin with exactly one trigger`);
    }
    const first = choice(byTrigger.map(([trigger, rest]) => sequence(literal(trigger), rest)));
    const followed = ends === undefined ? sequence() : choice(ends.map(literal));
    if (atLeastOne && stopAfterFirst) return sequence(first, followed);
    const free = this.freeText(byTrigger, { excludes, ends, loop: !stopAfterFirst });
    return atLeastOne ? sequence(first, free) : free;
  }

  private freeText(
    tags: readonly (readonly [trigger: string, rest: Expression])[],
    {
      excludes,
      ends = [],
      loop,
    }: { readonly excludes: readonly string[]; readonly ends: Ends; readonly loop: boolean },
  ): Expression {
    if (excludes.length > 0) return textWithout({ excluded: excludes, ends, triggers: tags, loop }, this.builder);
    const triggers = tags.map(([trigger, rest]) => [trigger, rest.type === 'rule' ? rest.name : ''] as const);
    return this.builder.add('text', { type: 'dispatch', triggers, stops: ends, loop });
  }

  private separated(format: SchemaObject, depth: number): Expression {
    const tags = recordList(format.tags, 'tags').map((tag) => this.tag(tag, text(tag.begin, 'begin'), depth));
    const one = this.builder.add('tag', choice(tags));
    const more = sequence(literal(text(format.separator, 'separator')), one);
    const some = format.stop_after_first === true ? one : sequence(one, repeat(more, 0));
    return format.at_least_one === true ? some : optional(some);
  }
}

function toTriggered(format: SchemaObject): Triggered {
  return {
    triggers: textList(format.triggers, 'triggers'),
    tags: recordList(format.tags, 'tags'),
    atLeastOne: format.at_least_one === true,
    stopAfterFirst: format.stop_after_first === true,
    excludes: format.excludes === undefined ? [] : textList(format.excludes, 'excludes'),
  };
}

function parseTag(json: string): SchemaObject {
  let tag: unknown;
  try {
    tag = JSON.parse(json);
  } catch {
    throw invalidTag('it is no JSON');
  }
  if (!isRecord(tag)) throw invalidTag('it must be an object');
  return tag;
}

function text(value: unknown, field: string): string {
  if (typeof value === 'string') return value;
  throw invalidTag(`"${field}" must be a string`);
}

function count(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw invalidTag('"min" and "max" must be whole numbers');
}

function list(value: unknown, field: string): readonly unknown[] {
  if (Array.isArray(value) && value.length > 0) return value;
  throw invalidTag(`"${field}" must be a list with something in it`);
}

function textList(value: unknown, field: string): readonly string[] {
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw invalidTag(`"${field}" must be a list of strings`);
}

function recordList(value: unknown, field: string): readonly SchemaObject[] {
  return list(value, field).map((item) => {
    if (isRecord(item)) return item;
    throw invalidTag(`"${field}" must be a list of objects`);
  });
}

function invalidTag(reason: string): InvalidRequestError {
  return new InvalidRequestError(`Invalid structural tag specification. ${reason}`);
}
