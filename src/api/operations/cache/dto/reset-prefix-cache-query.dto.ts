import { IsLaxBool } from '@server/http/validation/index';

/** Query of `POST /reset_prefix_cache`. */
export class ResetPrefixCacheQuery {
  /** Requests that run lose theirs too, and compute it anew. */
  @IsLaxBool({ default: false })
  readonly reset_running_requests!: boolean;

  /** What a connector holds goes as well. */
  @IsLaxBool({ default: false })
  readonly reset_external!: boolean;
}
