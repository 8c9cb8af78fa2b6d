import { IsLaxBool, IsLaxString } from '@server/http/validation/index';

/** Body of `POST /v1/load_lora_adapter` (other-endpoints.md §10). */
export class LoadLoraAdapterRequest {
  @IsLaxString({ required: true })
  readonly lora_name!: string;

  @IsLaxString({ required: true })
  readonly lora_path!: string;

  @IsLaxBool({ default: false })
  readonly load_inplace!: boolean;

  @IsLaxBool({ default: false })
  readonly is_3d_lora_weight!: boolean;
}
