type Schema = Readonly<Record<string, unknown>>;

const STRING_FORMATS: readonly unknown[] = [
  ...['email', 'date', 'time', 'date-time', 'duration', 'ipv4', 'ipv6', 'hostname', 'uuid'],
  ...['uri', 'uri-reference', 'uri-template', 'json-pointer', 'relative-json-pointer'],
];

/** Keywords, alone or together, that XGrammar passes over in silence (chat-inputs-and-parsers.md §6.3): for a schema of these types. */
const UNSUPPORTED: readonly {
  readonly types: readonly string[] | undefined;
  readonly broken: (schema: Schema) => boolean;
}[] = [
  { types: ['integer', 'number'], broken: (schema) => 'multipleOf' in schema },
  { types: ['array'], broken: hasAny('uniqueItems', 'contains', 'minContains', 'maxContains') },
  { types: ['string'], broken: ({ format }) => format !== undefined && !STRING_FORMATS.includes(format) },
  { types: ['string'], broken: hasPatternAndLength },
  { types: ['object'], broken: hasUnsupportedPropertyNames },
  {
    types: ['object'],
    broken: ({ patternProperties, properties }) =>
      isRecord(patternProperties) && (properties !== undefined || Object.keys(patternProperties).length > 1),
  },
  { types: undefined, broken: ({ allOf }) => Array.isArray(allOf) && allOf.length > 1 },
];

/** A schema that XGrammar would not enforce in full, so that vLLM's server compiles it with another backend. */
export function needsOtherBackend(schema: Schema): boolean {
  return someObject(schema, (object) => {
    const given = typesOf(object);
    return UNSUPPORTED.some(
      ({ types, broken }) => (!types || types.some((type) => given.includes(type))) && broken(object),
    );
  });
}

/** A schema that guidance does not take either. */
export function needsOutlines(schema: Schema): boolean {
  return someObject(schema, (object) => 'patternProperties' in object);
}

/** Looks at the schema and every object in it, however deep: without recursion. */
function someObject(schema: Schema, test: (object: Schema) => boolean): boolean {
  const open: unknown[] = [schema];
  while (open.length > 0) {
    const value = open.pop();
    if (Array.isArray(value)) {
      for (const item of value as unknown[]) if (isRecord(item)) open.push(item);
    } else if (isRecord(value)) {
      if (test(value)) return true;
      for (const member of Object.values(value)) open.push(member);
    }
  }
  return false;
}

function typesOf({ type }: Schema): readonly unknown[] {
  return Array.isArray(type) ? type : [type];
}

function hasAny(...keywords: string[]): (schema: Schema) => boolean {
  return (schema) => keywords.some((keyword) => keyword in schema);
}

function hasPatternAndLength(schema: Schema): boolean {
  return hasAny('pattern', 'format')(schema) && hasAny('minLength', 'maxLength')(schema);
}

function hasUnsupportedPropertyNames(schema: Schema): boolean {
  const { propertyNames, unevaluatedProperties = true } = schema;
  if (propertyNames === undefined) return false;
  return (
    (isRecord(propertyNames) && hasPatternAndLength(propertyNames)) ||
    hasAny('patternProperties', 'properties')(schema) ||
    unevaluatedProperties !== true
  );
}

function isRecord(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
