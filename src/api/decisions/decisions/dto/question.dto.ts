import {
  Field,
  IsLaxString,
  IsListOf,
  IsLiteral,
  isObject,
  list,
  literal,
  model,
  NoExtraKeys,
  report,
  strictBool,
  text,
  union,
  valueError,
} from '@server/http/validation/index';
import type { Schema } from '@server/http/validation/index';

const MAX_CHOICES = 255;
const MAX_LEVELS = 10;

/** May be left out, but not be null. */
const givenName: Schema<string> = {
  ...text(),
  check: (value, context) =>
    typeof value === 'string' ? value : report(context, value, valueError('name must be a string when provided')),
};

class QuestionFields {
  @IsLaxString({ required: true })
  readonly instructions!: string;

  /** Comes back with the answer. */
  @Field(givenName)
  readonly name?: string;
}

/** True or false? */
@NoExtraKeys()
export class PredicateParam extends QuestionFields {
  @IsLiteral(['predicate'], { required: true })
  readonly type!: 'predicate';
}

@NoExtraKeys()
export class ChoiceOptionParam {
  @Field(union([text(), strictBool()]), { required: true })
  readonly value!: string | boolean;

  @IsLaxString({ default: '' })
  readonly description!: string;
}

const optionList = list(model(ChoiceOptionParam), { minItems: 2, maxItems: MAX_CHOICES });

const distinctOptions: Schema<ChoiceOptionParam[]> = {
  ...optionList,
  check(value, context) {
    const known = context.issues.length;
    const options = optionList.check(value, context);
    if (context.issues.length > known || options === undefined) return undefined;
    return new Set(options.map((option) => option.value)).size < options.length
      ? report(context, value, valueError('choice values must be distinct'))
      : options;
  },
};

/** Which one? */
@NoExtraKeys()
export class ChoiceParam extends QuestionFields {
  @IsLiteral(['choice'], { required: true })
  readonly type!: 'choice';

  @Field(distinctOptions, { required: true })
  readonly choices!: ChoiceOptionParam[];
}

@NoExtraKeys()
export class LevelParam {
  @IsLaxString({ required: true })
  readonly label!: string;

  @IsLaxString({ default: '' })
  readonly description!: string;
}

/** How much? */
@NoExtraKeys()
export class ScoreParam extends QuestionFields {
  @IsLiteral(['score'], { required: true })
  readonly type!: 'score';

  @IsListOf(model(LevelParam), { required: true, minItems: 2, maxItems: MAX_LEVELS })
  readonly levels!: LevelParam[];
}

export type QuestionParam = PredicateParam | ChoiceParam | ScoreParam;

const anyType = literal(['predicate', 'choice', 'score']);
const byType = { predicate: model(PredicateParam), choice: model(ChoiceParam), score: model(ScoreParam) };
const anObject = model(QuestionFields);

/** Checked as what its `type` says it is. */
export const question: Schema<QuestionParam> = {
  ...union(Object.values(byType)),
  check(value, context) {
    if (!isObject(value)) {
      anObject.check(value, context);
      return undefined;
    }
    context.path.push('type');
    const type =
      value.type === undefined
        ? report(context, value, { type: 'missing', msg: 'Field required' })
        : anyType.check(value.type, context);
    context.path.pop();
    return type && byType[type].check(value, context);
  },
};
