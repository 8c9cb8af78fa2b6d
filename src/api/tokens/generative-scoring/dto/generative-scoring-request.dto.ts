import {
  EarlyRules,
  int,
  IsLaxBool,
  IsLaxInt64,
  IsLaxString,
  IsListOf,
  IsUnionOf,
  list,
  text,
} from '@server/http/validation/index';
import { cacheSaltIsSafe } from '@server/language/requests/cache-salt.rule';

/** Ours: every item is a request of its own for the engine. */
const MAX_ITEMS = 1024;

/** Body of `POST /generative_scoring` (other-endpoints.md §9). */
@EarlyRules([cacheSaltIsSafe])
export class GenerativeScoringRequest {
  @IsLaxString({ nullable: true })
  readonly model?: string;

  @IsUnionOf([text(), list(int())], { required: true })
  readonly query!: string | number[];

  @IsUnionOf([list(text(), { maxItems: MAX_ITEMS }), list(list(int()), { maxItems: MAX_ITEMS })], { required: true })
  readonly items!: string[] | number[][];

  @IsListOf(int(), { required: true })
  readonly label_token_ids!: number[];

  @IsLaxBool({ default: true })
  readonly apply_softmax!: boolean;

  @IsLaxBool({ default: false })
  readonly item_first!: boolean;

  /** Of the query; items never get any. */
  @IsLaxBool({ default: true })
  readonly add_special_tokens!: boolean;

  @IsLaxString({ nullable: true })
  readonly cache_salt?: string;

  @IsLaxInt64({ default: 0 })
  readonly priority!: number | bigint;

  @IsLaxString({})
  readonly request_id?: string;
}
