import { IsLaxBool } from '@server/http/validation/index';

/** Query of `GET /get_world_size`. */
export class WorldSizeQuery {
  /** Count the data-parallel replicas too. */
  @IsLaxBool({ default: true })
  readonly include_dp!: boolean;
}
