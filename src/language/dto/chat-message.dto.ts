import {
  anything,
  dict,
  Field,
  IsAnything,
  IsDictOf,
  IsLaxBool,
  IsLaxString,
  IsListOf,
  IsLiteral,
  IsUnionOf,
  list,
  literal,
  model,
  report,
  text,
  union,
} from '@server/http/validation/index';
import type { Schema } from '@server/http/validation/index';

/** Ours: templates render on the event loop, and take some 20 µs a message. */
export const MAX_MESSAGES = 2048;

/** A part of content: any object, but one that calls itself text has some (or null). What the other kinds need is checked where they are read. */
function contentPart(): Schema<Record<string, unknown>> {
  const object = dict(anything());
  return {
    check(value, context) {
      const part = object.check(value, context);
      if (part?.type === 'text' && !Object.hasOwn(part, 'text')) {
        context.path.push('text');
        report(context, value, { type: 'missing', msg: 'Field required' });
        context.path.pop();
      }
      return part;
    },
  };
}

export class FunctionCallParam {
  @IsLaxString({ required: true })
  readonly name!: string;

  /** JSON text; what does not parse is an empty object to the template. */
  @IsLaxString({ required: true, nullable: true })
  readonly arguments?: string;
}

/** A call that an assistant made earlier. */
export class ToolCallParam {
  @IsLaxString({ nullable: true })
  readonly id?: string;

  @IsLiteral(['function'], { default: 'function' })
  readonly type!: 'function';

  @Field(model(FunctionCallParam), { required: true })
  readonly function!: FunctionCallParam;
}

/** Checks an object and hands it on whole, keys that no class names included: templates may know them. */
function asSent(schema: Schema<object>): Schema<Record<string, unknown>> {
  return {
    check(value, context) {
      schema.check(value, context);
      return value as Record<string, unknown>;
    },
  };
}

/** One message. Any role is allowed; keys not listed never reach the template (chat-inputs-and-parsers.md §1). */
export class ChatMessageParam {
  @IsLaxString({ required: true })
  readonly role!: string;

  @IsUnionOf([text(), list(union([text(), contentPart()]))], { nullable: true })
  readonly content?: string | (string | Record<string, unknown>)[];

  @IsLaxString({ nullable: true })
  readonly name?: string;

  @IsListOf(asSent(model(ToolCallParam)), { nullable: true })
  readonly tool_calls?: Record<string, unknown>[];

  @IsLaxString({ nullable: true })
  readonly tool_call_id?: string;

  @IsAnything({ nullable: true })
  readonly reasoning?: unknown;

  @IsAnything({ nullable: true })
  readonly reasoning_content?: unknown;

  @IsAnything({ nullable: true })
  readonly tools?: unknown;

  @IsAnything({ nullable: true })
  readonly task?: unknown;
}

export class FunctionDefinition {
  @IsLaxString({ required: true })
  readonly name!: string;

  @IsLaxString({ nullable: true })
  readonly description?: string;

  @IsDictOf(anything(), { nullable: true })
  readonly parameters?: Record<string, unknown>;

  @IsLaxBool({ nullable: true })
  readonly strict?: boolean;

  @IsLaxBool({ nullable: true })
  readonly defer_loading?: boolean;
}

export class ToolParam {
  @IsLiteral(['function'], { default: 'function' })
  readonly type!: 'function';

  @Field(model(FunctionDefinition), { required: true })
  readonly function!: FunctionDefinition;

  @IsLaxBool({ nullable: true })
  readonly defer_loading?: boolean;
}

export class NamedFunction {
  @IsLaxString({ required: true })
  readonly name!: string;
}

export class NamedToolChoice {
  @IsLiteral(['function'], { default: 'function' })
  readonly type!: 'function';

  @Field(model(NamedFunction), { required: true })
  readonly function!: NamedFunction;
}

export type ToolChoiceParam = 'none' | 'auto' | 'required' | NamedToolChoice;

export const toolChoice: Schema<ToolChoiceParam> = union([
  literal(['none', 'auto', 'required'] as const),
  model(NamedToolChoice),
]);
