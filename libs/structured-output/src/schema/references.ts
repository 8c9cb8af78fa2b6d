import { invalidSchema, isRecord, mustBeSchema } from './json-schema.js';
import type { Schema } from './json-schema.js';
import type { References } from './expand-schema.js';

/** `$ref` within one document: JSON pointers and anchors. Nothing is ever fetched. */
export class LocalReferences implements References {
  private readonly anchors = new Map<string, Schema>();

  constructor(private readonly root: unknown) {
    this.collectAnchors();
  }

  find(reference: unknown): Schema {
    if (typeof reference !== 'string') throw invalidSchema('"$ref" must be a string');
    if (!reference.startsWith('#')) {
      throw invalidSchema(`"$ref" can only name a part of the same schema, such as "#/$defs/name"`);
    }
    const anchored = this.anchors.get(reference.slice(1));
    if (anchored !== undefined) return anchored;
    const target = this.follow(reference);
    if (target === undefined) throw invalidSchema(`"$ref" names nothing in the schema: ${reference.slice(0, 200)}`);
    return mustBeSchema(target, 'what "$ref" names');
  }

  private follow(reference: string): unknown {
    const path = reference.slice(1).split('/').slice(1);
    let value: unknown = this.root;
    for (const part of path) {
      const key = decoded(part).replaceAll('~1', '/').replaceAll('~0', '~');
      if (Array.isArray(value)) value = (value as readonly unknown[])[Number(key)];
      else if (isRecord(value) && Object.hasOwn(value, key)) value = value[key];
      else return undefined;
    }
    return value;
  }

  private collectAnchors(): void {
    const open: unknown[] = [this.root];
    while (open.length > 0) {
      const value = open.pop();
      if (typeof value !== 'object' || value === null) continue;
      if (isRecord(value) && typeof value.$anchor === 'string') this.anchors.set(value.$anchor, value);
      for (const member of Object.values(value)) open.push(member);
    }
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
