import { Field, IsLaxBool, report, text } from '@server/http/validation/index';
import type { Schema } from '@server/http/validation/index';

/** Text that says something; `name`: the field, for the message. */
function givenText(name: string): Schema<string> {
  const schema = text();
  return {
    ...schema,
    check(value, context) {
      if (value !== '') return schema.check(value, context);
      const error = `The parameter ${name} cannot be an empty string`;
      return report(context, value, { type: 'value_error', msg: `Value error, ${error}`, ctx: { error } });
    },
  };
}

/** Body, or query, of `POST /adapters` (routes.md §5.3). */
export class RegisterAdapterRequest {
  @Field(givenText('name'), { required: true })
  readonly name!: string;

  /** Folder on the engines' host. */
  @Field(givenText('src'), { required: true })
  readonly src!: string;

  /** Adapters are loaded at once, and stay until they are unregistered, whatever is said here. */
  @IsLaxBool({ default: true })
  readonly preload!: boolean;

  @IsLaxBool({ default: false })
  readonly pin!: boolean;
}
