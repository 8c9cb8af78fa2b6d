import { IsOptional } from 'class-validator';

/**
 * How the text of an option becomes its value.
 * `human-integer`: 8k = 8000, 8K = 8192. `words`: one or more values after the flag. `json-list`: a JSON list of strings.
 */
export type OptionKind = 'text' | 'boolean' | 'integer' | 'human-integer' | 'number' | 'words' | 'json' | 'json-list';

/** Everything there is to know about one option; the command line, the environment, `--config` and the help all read it. */
export interface OptionSpec {
  /** Long name with dashes; `undefined` for the positional argument. */
  readonly flag: `--${string}` | undefined;
  /** Short names, such as `-dpa`. */
  readonly aliases?: readonly string[] | undefined;
  readonly kind: OptionKind;
  readonly help: string;
  /** Value when nothing sets it; left out: undefined. */
  readonly default?: unknown;
  /** `None` and an empty text stand for the default; without a default they always do. */
  readonly isNullable?: true | undefined;
  /** vLLM's variable, where there is one; `AERIE_<FLAG>` works for every option. */
  readonly env?: string | undefined;
  readonly choices?: readonly string[] | undefined;
  /** Other words for a choice, in lower case. */
  readonly synonyms?: Readonly<Record<string, string>> | undefined;
  /** Says something of vLLM's engines, which ours is not. */
  readonly isOfVllmEngines?: true | undefined;
  /** Values are shown as `***`. */
  readonly secret?: boolean | undefined;
  /** `words` that are given one at a time, once for each. */
  readonly isRepeated?: true | undefined;
  /** Words that mean a number, such as `auto` = -1. */
  readonly words?: Readonly<Record<string, number>> | undefined;
  /** class-validator decorators. */
  readonly rules?: readonly PropertyDecorator[] | undefined;
}

export interface DeclaredOption extends OptionSpec {
  readonly property: string;
  readonly target: ConfigClass;
}

export type ConfigClass = new () => object;

const optionsOf = new Map<ConfigClass, DeclaredOption[]>();

/** Declares a config field as an option, once for every place it can be set from. */
export function Option(spec: OptionSpec): PropertyDecorator {
  return (owner, property) => {
    const target = owner.constructor as ConfigClass;
    const declared: DeclaredOption = { ...spec, property: String(property), target };
    optionsOf.set(target, [...(optionsOf.get(target) ?? []), declared]);
    IsOptional()(owner, property);
    spec.rules?.forEach((rule) => rule(owner, property));
  };
}

export function declaredOptions(target: ConfigClass): readonly DeclaredOption[] {
  return optionsOf.get(target) ?? [];
}
