import type { Issue } from './issue.js';

/** State of one check: where it is and what it has found. */
export interface CheckContext {
  /** Place of the value under check; the owner of a container pushes and pops its keys. */
  readonly path: (string | number)[];
  readonly issues: Issue[];
  /** Union members are first tried without coercion, so that `"5"` stays text in `int | str` (Pydantic's smart mode). */
  readonly strict: boolean;
}

/** Checks a JSON value and returns it in its domain form. What is wrong goes to `context.issues`; the return value is then meaningless. */
export interface Schema<T> {
  check(value: unknown, context: CheckContext): T | undefined;
  /** The same in the words of JSON Schema, without what coercion takes besides. Left out: any value. */
  readonly describe?: ((classes: ClassSchemas) => JsonSchema) | undefined;
}

/** A JSON Schema object, in the dialect of OpenAPI 3.1. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Schemas that a document states once, by the name of their class. */
export interface ClassSchemas {
  /** A reference to the schema of the class; `describe` is called when it is the first. */
  refer(target: RequestClass<object>, describe: () => JsonSchema): JsonSchema;
}

/** A class whose fields carry `Field` decorators and whose constructor takes nothing. */
export type RequestClass<T> = new () => T;

export type TypeOfSchema<S> = S extends Schema<infer T> ? T : never;

export interface Fault {
  readonly type: string;
  readonly msg: string;
  readonly ctx?: Readonly<Record<string, unknown>>;
}

/** Where a check stops looking: a hostile list must not cost an issue per element. */
export const MAX_ISSUES = 1000;

/** Reports a fault of the value at the current place. */
export function report(context: CheckContext, input: unknown, { type, msg, ctx }: Fault): undefined {
  if (context.issues.length < MAX_ISSUES) {
    context.issues.push({ type, loc: [...context.path], msg, input, ctx });
  }
  return undefined;
}
