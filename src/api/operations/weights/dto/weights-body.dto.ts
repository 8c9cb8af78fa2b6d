import {
  Field,
  IsDictOf,
  IsLaxString,
  IsLiteral,
  anything,
  dict,
  list,
  text,
  union,
} from '@server/http/validation/index';

/** Bodies of the weight routes; what is inside belongs to the transfer backend (other-endpoints.md §11). */
export class InitWeightTransferBody {
  @IsDictOf(anything(), { required: true })
  readonly init_info!: Readonly<Record<string, unknown>>;
}

export class UpdateWeightsBody {
  @Field(union([dict(anything()), list(dict(anything()))]), { required: true })
  readonly update_info!: unknown;
}

export class FinishWeightUpdateBody {
  @IsLaxString({ nullable: true })
  readonly weight_version?: string;
}

export class UpdateWeightVersionBody {
  @IsLaxString({ required: true })
  readonly new_version!: string;
}

export class WeightCheckerBody {
  @IsLiteral(['checksum', 'reset', 'compare'], { required: true })
  readonly action!: 'checksum' | 'reset' | 'compare';

  /** Checksums of before, by name. */
  @IsDictOf(text(), { nullable: true })
  readonly baseline?: Readonly<Record<string, string>>;
}
