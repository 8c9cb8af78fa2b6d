import { int, list, report, valueError } from '@server/http/validation/index';
import type { Schema } from '@server/http/validation/index';

/** A prompt as token ids: at least one, none negative. */
export function tokenIds(): Schema<number[]> {
  const integers = list(int(), { minItems: 1 });
  return {
    ...integers,
    check(value, context) {
      const issuesBefore = context.issues.length;
      const ids = integers.check(value, context);
      if (context.issues.length === issuesBefore && ids?.some((id) => id < 0)) {
        return report(context, value, valueError('token_ids must not contain negative values'));
      }
      return ids;
    },
  };
}
