import { serdeJson } from '../json-text.js';

type Schema = Readonly<Record<string, unknown>>;

/**
 * A JSON Schema as the TypeScript type that gpt-oss was trained to read, to the letter of OpenAI's harmony library: descriptions, examples and defaults as
 * comments, enums of texts, `oneOf` as a union; what it does not know is `any`.
 * `spend` is told the length of every property and variant before it is kept, and throws when that is enough.
 */
export function typeScriptOf(schema: unknown, spend: (characters: number) => void): string {
  return new TypeWriter(spend).type(schema, '');
}

class TypeWriter {
  constructor(private readonly spend: (characters: number) => void) {}

  type(value: unknown, indent: string): string {
    const schema = toSchema(value);
    const { oneOf, type } = schema;
    if (Array.isArray(oneOf)) {
      return oneOf
        .map(toSchema)
        .map((variant) => {
          const fallback = 'default' in variant ? [`default: ${variantDefault(variant)}`] : [];
          return `\n${this.variant(variant, indent, [...texts([variant.description]), ...fallback])}`;
        })
        .join('');
    }
    if (Array.isArray(type)) {
      const names = type.filter((name) => typeof name === 'string');
      return names.map((name) => (name === 'integer' ? 'number' : name)).join(' | ') || 'any';
    }
    switch (type) {
      case 'object':
        return this.object(schema, indent);
      case 'array':
        return 'items' in schema ? `${this.type(schema.items, indent)}[]` : 'Array<any>';
      case 'string':
        return texts(schema.enum).map(quoted).join(' | ') || 'string';
      case 'integer':
        return 'number';
      case 'number':
      case 'boolean':
        return type;
      default:
        return 'any';
    }
  }

  private object({ description, properties, required }: Schema, indent: string): string {
    const needed = new Set(texts(required));
    const members = Object.entries(toSchema(properties)).map(([key, value]) =>
      this.kept(this.property(needed.has(key) ? key : `${key}?`, toSchema(value), indent)),
    );
    return [...comment(description, indent), '{\n', ...members, `${indent}}`].join('');
  }

  private property(name: string, schema: Schema, indent: string): string {
    const { title, description, examples, oneOf } = schema;
    const isUnion = Array.isArray(oneOf);
    const shown = texts(examples).map((example) => `${indent}// - ${quoted(example)}\n`);
    const head = [
      ...(typeof title === 'string' ? [`${indent}// ${title}\n${indent}//\n`] : []),
      ...('oneOf' in schema ? [] : comment(description, indent)),
      ...(Array.isArray(examples) && examples.length > 0 ? [`${indent}// Examples:\n`, ...shown] : []),
    ].join('');
    if (isUnion) return head + this.unionProperty(name, schema, indent);
    const fallback = 'default' in schema && !('oneOf' in schema) ? ` // default: ${propertyDefault(schema)}` : '';
    return `${head}${indent}${name}: ${this.typeOrNull(schema, `${indent}    `)},${fallback}\n`;
  }

  private unionProperty(name: string, schema: Schema, indent: string): string {
    const { description } = schema;
    const variants = (schema.oneOf as readonly unknown[]).map(toSchema);
    const above = variants.at(0)?.description === description ? [] : comment(description, indent);
    return [
      ...above,
      ...('default' in schema ? [`${indent}// default: ${propertyDefault(schema)}\n`] : []),
      `${indent}${name}:\n`,
      ...variants.map((variant, index) => {
        const isSaid = (index === 0 && above.length > 0) || variant.description === description;
        const remarks = [
          ...(isSaid ? [] : texts([variant.description])),
          ...('default' in variant ? [`default: ${propertyDefault(variant)}`] : []),
        ];
        return `${this.variant(variant, indent, remarks)}\n`;
      }),
      `${indent},\n`,
    ].join('');
  }

  private variant(schema: Schema, indent: string, remarks: readonly string[]): string {
    const type = this.typeOrNull(schema, `${indent}   `);
    return this.kept(`${indent} | ${type}${remarks.length === 0 ? '' : ` // ${remarks.join(' ')}`}`);
  }

  private typeOrNull(schema: Schema, indent: string): string {
    const type = this.type(schema, indent);
    return schema.nullable === true && !type.includes('null') ? `${type} | null` : type;
  }

  private kept(text: string): string {
    this.spend(text.length);
    return text;
  }
}

/** A text is quoted, except where an enum says what texts there are. */
function propertyDefault(schema: Schema): string {
  return typeof schema.default === 'string' && hasEnum(schema) ? schema.default : variantDefault(schema);
}

/** In a union that is no property's, such a text is quoted too. */
function variantDefault(schema: Schema): string {
  const value = schema.default;
  return typeof value === 'string' && !hasEnum(schema) ? quoted(value) : serdeJson(value);
}

function hasEnum({ enum: values }: Schema): boolean {
  return Array.isArray(values) && values.length > 0;
}

function comment(text: unknown, indent: string): string[] {
  return typeof text === 'string' ? [`${indent}// ${text}\n`] : [];
}

/** Without escapes: that is how the library writes it. */
function quoted(text: string): string {
  return `"${text}"`;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function toSchema(value: unknown): Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Schema) : {};
}
