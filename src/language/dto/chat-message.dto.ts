import { InvalidRequestError } from '@app/errors';
import {
  anything,
  Field,
  IsAnything,
  IsDictOf,
  IsLaxBool,
  IsLaxString,
  IsListOf,
  IsLiteral,
  isObject,
  list,
  literal,
  model,
  orNull,
  report,
  text,
  union,
} from '@server/http/validation/index';
import type { CheckContext, Schema } from '@server/http/validation/index';

/** Ours: templates render on the event loop, and take some 20 µs a message. */
export const MAX_MESSAGES = 2048;

/**
 * Text, or parts: text too, or any object, but one that calls itself text has some (or null). What the other kinds need is checked where they are read.
 * As in vLLM a list that is none of this ends the check of the body.
 */
function messageContent(): Schema<string | (string | Record<string, unknown>)[]> {
  const textOrList = union([text(), list(anything())]);
  return {
    describe: textOrList.describe,
    check(value, context) {
      if (isObject(value)) refuseContent(context, 'Input should be text or a list of parts');
      if (!Array.isArray(value)) return textOrList.check(value, context) as string;
      for (const [index, part] of value.entries()) {
        context.path.push(index);
        if (typeof part !== 'string') checkPart(part, context);
        context.path.pop();
      }
      return value as (string | Record<string, unknown>)[];
    },
  };
}

function checkPart(part: unknown, context: CheckContext): void {
  if (!isObject(part)) refuseContent(context, 'Input should be a valid dictionary');
  if (part.type === 'text' && !Object.hasOwn(part, 'text')) {
    refuseContent(context, "Field 'text' is required in a part of type 'text'");
  }
}

function refuseContent({ path }: CheckContext, fault: string): never {
  const place = path.join('.');
  throw new InvalidRequestError(`${fault}: ${place}`, { param: place, showParam: false });
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
    describe: schema.describe,
  };
}

/** One message. Any role is allowed; keys not listed never reach the template (chat-inputs-and-parsers.md §1). */
export class ChatMessageParam {
  @IsLaxString({ required: true })
  readonly role!: string;

  @Field(messageContent(), { nullable: true })
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

/** A message of a conversation; only an answer may lack its content by name. */
export const chatMessage: Schema<ChatMessageParam> = {
  check(value, context) {
    if (isObject(value) && value.content === null && !MAY_LACK_CONTENT.has(value.role)) {
      context.path.push('content');
      report(context, null, { type: 'string_type', msg: 'Input should be a valid string' });
      context.path.pop();
    }
    return message.check(value, context);
  },
  describe: (classes) => message.describe?.(classes) ?? {},
};

const message = model(ChatMessageParam, { kind: 'dict' });
const MAY_LACK_CONTENT: ReadonlySet<unknown> = new Set(['assistant', 'function']);

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

export type ToolChoiceParam = 'none' | 'auto' | 'required' | NamedToolChoice | null;

export const toolChoice: Schema<ToolChoiceParam> = orNull(
  union([literal(['none', 'auto', 'required'] as const), model(NamedToolChoice)]),
);
