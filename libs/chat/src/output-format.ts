import { constString, jsonSchema, regex } from '@app/output-parsers';
import type { ArgumentSchema, Format } from '@app/output-parsers';
import { MAX_SCHEMA_NESTING, MAX_TAG_NESTING, isLark, needsOtherBackend, nestsWithin } from '@app/text';
import type { SamplingRequest } from '@app/text';

type Constraint = NonNullable<SamplingRequest['structuredOutputs']>;

/** A constraint as a part of a structural tag; undefined for one that this language cannot say, or that is broken, which whoever checks constraints tells. */
export function toOutputFormat(constraint: Constraint): Format | undefined {
  const { json, jsonObject, regex: pattern, choice, grammar, structuralTag } = constraint;
  if (jsonObject) return jsonSchema({ type: 'object' });
  if (json !== undefined) return toSchemaFormat(typeof json === 'string' ? parse(json) : json);
  if (pattern !== undefined) return regex(pattern);
  if (choice !== undefined) return choice.length > 0 ? { type: 'or', elements: choice.map(constString) } : undefined;
  if (grammar !== undefined) return isLark(grammar) ? undefined : { type: 'grammar', grammar };
  return structuralTag === undefined ? undefined : toTagFormat(parse(structuralTag));
}

/** Whether XGrammar, whose language structural tags are, enforces all of a format. */
export function isEnforced(format: Format): boolean {
  return (
    format.type !== 'json_schema' || typeof format.json_schema === 'boolean' || !needsOtherBackend(format.json_schema)
  );
}

function toSchemaFormat(schema: unknown): Format | undefined {
  return isRecord(schema) && nestsWithin(schema, MAX_SCHEMA_NESTING) ? jsonSchema(schema) : undefined;
}

/** In the present form or the older one. */
function toTagFormat(tag: unknown): Format | undefined {
  if (!isRecord(tag) || !nestsWithin(tag, MAX_TAG_NESTING)) return undefined;
  const { format, structures, triggers } = tag;
  if (!Array.isArray(structures) || !Array.isArray(triggers)) return format as Format | undefined;
  return {
    type: 'triggered_tags',
    triggers: triggers as string[],
    tags: (structures as LegacyTag[]).map(({ begin, schema, end }) => ({
      type: 'tag',
      begin,
      content: jsonSchema(schema),
      end,
    })),
    at_least_one: false,
    stop_after_first: false,
    excludes: [],
  };
}

interface LegacyTag {
  readonly begin: string;
  readonly schema: ArgumentSchema;
  readonly end: string;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
