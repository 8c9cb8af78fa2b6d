import {
  EarlyRules,
  Field,
  IsLaxString,
  IsListOf,
  IsLiteral,
  IsUnionOf,
  list,
  model,
  NoExtraKeys,
  strictBool,
  text,
} from '@server/http/validation/index';
import { cacheSaltIsSafe } from '@server/language/requests/cache-salt.rule';
import { inputIsText } from '../input.rule.js';
import { question } from './question.dto.js';
import type { QuestionParam } from './question.dto.js';

const MAX_MODEL_CHARS = 1_048_576;
const MAX_INPUT_CHARS = 10_485_760;
const MAX_MESSAGES = 131_072;
const MAX_PARTS = 16_384;
const MAX_LISTED_QUESTIONS = 200;
const MAX_IDENTIFIER_CHARS = 128;

@NoExtraKeys()
export class InputTextPart {
  @IsLiteral(['input_text'], { required: true })
  readonly type!: 'input_text';

  @IsLaxString({ required: true })
  readonly text!: string;
}

@NoExtraKeys()
export class InputMessage {
  @IsLiteral(['user'], { required: true })
  readonly role!: 'user';

  @IsUnionOf([text(), list(model(InputTextPart), { maxItems: MAX_PARTS })], { required: true })
  readonly content!: string | InputTextPart[];

  @IsLiteral(['message'], { default: 'message' })
  readonly type!: 'message';
}

/** Body of `POST /v1/decisions` (routes.md §7.2). */
@EarlyRules([cacheSaltIsSafe, inputIsText])
@NoExtraKeys()
export class DecisionsRequest {
  @IsLaxString({ required: true, maxLength: MAX_MODEL_CHARS })
  readonly model!: string;

  @IsUnionOf([text({ maxLength: MAX_INPUT_CHARS }), list(model(InputMessage), { maxItems: MAX_MESSAGES })], {
    required: true,
  })
  readonly input!: string | InputMessage[];

  @IsListOf(question, { required: true, minItems: 1, maxItems: MAX_LISTED_QUESTIONS })
  readonly questions!: QuestionParam[];

  /** For the operator of a public service; means nothing here. */
  @IsLaxString({ nullable: true, maxLength: MAX_IDENTIFIER_CHARS })
  readonly safety_identifier?: string;

  @Field(strictBool(), { default: false })
  readonly joint!: boolean;

  @IsLaxString({ nullable: true })
  readonly cache_salt?: string;
}
