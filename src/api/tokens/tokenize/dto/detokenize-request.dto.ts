import { int, IsLaxString, IsListOf } from '@server/http/validation/index';

/** Body of `POST /detokenize` (other-endpoints.md §6). */
export class DetokenizeRequest {
  @IsLaxString({ nullable: true })
  readonly model?: string;

  @IsListOf(int({ ge: 0, le: 2n ** 63n - 1n }), { required: true })
  readonly tokens!: number[];
}
