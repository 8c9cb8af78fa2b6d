import {
  anything,
  EarlyRules,
  Field,
  IsAnything,
  IsDictOf,
  IsLaxInt64,
  IsLaxString,
  IsListOf,
  model,
  NoExtraKeys,
  strictBool,
  text,
} from '@server/http/validation/index';
import type { Schema } from '@server/http/validation/index';
import { cacheSaltIsSafe } from '@server/language/requests/cache-salt.rule';

export class QuestionSpec {
  @IsLaxString({ required: true })
  readonly type!: string;

  @IsAnything({ default: '' })
  readonly instructions: unknown;

  @IsAnything()
  readonly criteria: unknown;
}

/** With what else the question had, sorted: refused in words of its own. */
export type QuestionParam = QuestionSpec & { readonly unknownFields: readonly string[] };

const FIELDS: ReadonlySet<string> = new Set<keyof QuestionSpec>(['type', 'instructions', 'criteria']);
const spec = model(QuestionSpec);

const question: Schema<QuestionParam> = {
  ...spec,
  check(value, context) {
    const checked = spec.check(value, context);
    const keys = checked === undefined ? [] : Object.keys(value as object);
    return checked && { ...checked, unknownFields: keys.filter((key) => !FIELDS.has(key)).sort() };
  },
};

/** Body of `POST /v1/systemone` (routes.md §7.1). */
@EarlyRules([cacheSaltIsSafe])
@NoExtraKeys()
export class StructuredDecisionRequest {
  @IsLaxString({ nullable: true })
  readonly model?: string;

  @IsAnything({ required: true })
  readonly state: unknown;

  @IsDictOf(question, { required: true })
  readonly questions!: Record<string, QuestionParam>;

  @IsLaxString({ nullable: true })
  readonly instructions?: string;

  @IsListOf(text(), { nullable: true })
  readonly images?: string[];

  @IsListOf(text(), { nullable: true })
  readonly audio?: string[];

  @IsListOf(text(), { nullable: true })
  readonly videos?: string[];

  @IsDictOf(anything(), { nullable: true })
  readonly chat_template_kwargs?: Record<string, unknown>;

  @Field(strictBool(), { default: false })
  readonly joint!: boolean;

  @IsLaxString({ nullable: true })
  readonly cache_salt?: string;

  @IsLaxInt64({ default: 0 })
  readonly priority!: number | bigint;

  @IsLaxString({})
  readonly request_id?: string;
}
