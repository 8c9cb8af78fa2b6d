import type { Budget } from '../runtime/budget.js';
import { bindArguments, type Parameter } from '../values/arguments.js';
import type { CallArguments, Value } from '../values/value.js';

/** What a filter or test may use of the render it runs in. */
export interface FilterContext {
  readonly budget: Budget;
  /** True inside `{% autoescape true %}`. */
  readonly autoescape: boolean;
  readonly filter: (name: string, input: Value, args: CallArguments) => Value;
  readonly test: (name: string, input: Value, args: CallArguments) => boolean;
}

export type Filter = (input: Value, args: CallArguments, context: FilterContext) => Value;

/** A filter with named parameters, bound as Python would bind them; `body` gets them in order. */
export function define(
  callee: string,
  parameters: readonly Parameter[],
  body: (input: Value, bound: readonly Value[], context: FilterContext) => Value,
): Filter {
  const all: readonly Parameter[] = ['value', ...parameters];
  return (input, { positional, keyword }, context) => {
    if (positional.length === 0 && keyword.size === 0) {
      return body(input, bindArguments(callee, all, { positional: [input], keyword }).slice(1), context);
    }
    const bound = bindArguments(callee, all, { positional: [input, ...positional], keyword });
    return body(bound[0], bound.slice(1), context);
  };
}
