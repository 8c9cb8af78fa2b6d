import {
  anything,
  dict,
  Field,
  IsAnything,
  IsDictOf,
  IsLaxBool,
  IsLaxInt,
  IsLaxString,
  IsListOf,
  IsLiteral,
  IsUnionOf,
  model,
  text,
} from '@server/http/validation/index';

export class StreamOptions {
  @IsLaxBool({ nullable: true, default: false })
  readonly include_usage?: boolean;

  @IsLaxBool({ nullable: true, default: false })
  readonly continuous_usage_stats?: boolean;
}

export class RepetitionDetectionParams {
  @IsLaxInt({ default: 0 })
  readonly max_pattern_size!: number;

  @IsLaxInt({ default: 0 })
  readonly min_pattern_size!: number;

  @IsLaxInt({ default: 0 })
  readonly min_count!: number;
}

export class StructuredOutputsParams {
  @IsUnionOf([text(), dict(anything())], { nullable: true })
  readonly json?: string | Record<string, unknown>;

  @IsLaxString({ nullable: true })
  readonly regex?: string;

  @IsListOf(text(), { nullable: true })
  readonly choice?: string[];

  @IsLaxString({ nullable: true })
  readonly grammar?: string;

  @IsLaxBool({ nullable: true })
  readonly json_object?: boolean;

  @IsLaxString({ nullable: true })
  readonly structural_tag?: string;

  @IsLaxBool({ default: false })
  readonly disable_any_whitespace!: boolean;

  @IsLaxBool({ default: false })
  readonly disable_additional_properties!: boolean;

  @IsLaxString({ nullable: true })
  readonly whitespace_pattern?: string;
}

export class JsonSchemaFormat {
  @IsLaxString({ required: true })
  readonly name!: string;

  @IsLaxString({ nullable: true })
  readonly description?: string;

  @IsDictOf(anything(), { nullable: true })
  readonly schema?: Record<string, unknown>;

  @IsLaxBool({ nullable: true })
  readonly strict?: boolean;
}

export class ResponseFormat {
  @IsLiteral(['text', 'json_object', 'json_schema', 'structural_tag'], { required: true })
  readonly type!: 'text' | 'json_object' | 'json_schema' | 'structural_tag';

  @Field(model(JsonSchemaFormat), { nullable: true })
  readonly json_schema?: JsonSchemaFormat;

  /** Of a structural tag, as the grammar engine reads it. */
  @IsAnything({ nullable: true })
  readonly format?: unknown;

  /** Of a structural tag in its older form. */
  @IsListOf(anything(), { nullable: true })
  readonly structures?: unknown[];

  @IsListOf(anything(), { nullable: true })
  readonly triggers?: unknown[];
}
