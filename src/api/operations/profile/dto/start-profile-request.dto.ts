import { IsDictOf, IsLaxInt, IsLaxString, anything } from '@server/http/validation/index';

/** Body of `POST /start_profile`, which may be missing: what one session does differently. */
export class StartProfileRequest {
  /** Begins the names of the traces. */
  @IsLaxString({ nullable: true })
  readonly profile_prefix?: string;

  @IsLaxInt({ nullable: true })
  readonly delay_iterations?: number;

  @IsLaxInt({ nullable: true })
  readonly max_iterations?: number;

  @IsDictOf(anything(), { nullable: true })
  readonly profiler_kwargs?: Readonly<Record<string, unknown>>;
}
