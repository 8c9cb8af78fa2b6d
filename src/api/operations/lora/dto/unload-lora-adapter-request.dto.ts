import { IsLaxInt, IsLaxString } from '@server/http/validation/index';

/** Body of `POST /v1/unload_lora_adapter` (other-endpoints.md §10). */
export class UnloadLoraAdapterRequest {
  @IsLaxString({ required: true })
  readonly lora_name!: string;

  /** Without effect: the name says it all. */
  @IsLaxInt({ nullable: true })
  readonly lora_int_id?: number;
}
