import { fail } from '../errors.js';
import { Dict } from '../values/dict.js';
import { Tuple } from '../values/tuple.js';
import { Undefined } from '../values/undefined.js';
import { PyObject, type CallArguments, type Value } from '../values/value.js';
import type { MacroScope } from './scope.js';

/** What `caller` is in a call without a body; None counts as no body. */
const noCaller = (): Undefined => new Undefined({ hint: 'No caller defined', name: 'caller' });

interface MacroOptions {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly layout: MacroScope;
  /** Renders the body with the slots that the call has filled. */
  readonly invoke: (slots: ReadonlyMap<number, Value>) => Value;
}

/** A macro or the `caller` of a call block. */
export class Macro extends PyObject {
  readonly typeName = 'Macro';

  constructor(private readonly options: MacroOptions) {
    super();
  }

  override repr(): string {
    return `<Macro '${this.options.name}'>`;
  }

  override attribute(name: string): Value | undefined {
    const { layout, parameters } = this.options;
    switch (name) {
      case 'name':
        return this.options.name;
      case 'arguments':
        return new Tuple(parameters);
      case 'catch_kwargs':
        return layout.kwargs !== undefined;
      case 'catch_varargs':
        return layout.varargs !== undefined;
      case 'caller':
        return layout.caller !== undefined || parameters.includes('caller');
      default:
        return undefined;
    }
  }

  override readonly call = (args: CallArguments): Value => this.options.invoke(this.bind(args));

  private bind({ positional, keyword }: CallArguments): Map<number, Value> {
    const { name, parameters, layout } = this.options;
    const slots = new Map<number, Value>();
    const rest = new Map(keyword);
    parameters.forEach((parameter, index) => {
      const value = index < positional.length ? positional[index] : rest.get(parameter);
      if (index >= positional.length) {
        rest.delete(parameter);
      }
      if (value !== undefined) {
        slots.set(layout.slots[index], value);
      }
    });
    if (layout.caller !== undefined) {
      const caller = rest.get('caller');
      rest.delete('caller');
      slots.set(layout.caller, caller ?? noCaller());
    }
    if (layout.kwargs !== undefined) {
      slots.set(layout.kwargs, Dict.ofText(rest));
    } else if (rest.size > 0) {
      this.failKeyword(rest);
    }
    if (layout.varargs !== undefined) {
      slots.set(layout.varargs, new Tuple(positional.slice(parameters.length)));
    } else if (positional.length > parameters.length) {
      fail('TypeError', `macro '${name}' takes not more than ${parameters.length} argument(s)`);
    }
    return slots;
  }

  private failKeyword(rest: ReadonlyMap<string, Value>): never {
    const { name } = this.options;
    if (rest.has('caller')) {
      fail(
        'TypeError',
        `macro '${name}' was invoked with two values for the special caller argument. This is most likely a bug.`,
      );
    }
    return fail('TypeError', `macro '${name}' takes no keyword argument '${[...rest.keys()][0]}'`);
  }
}
