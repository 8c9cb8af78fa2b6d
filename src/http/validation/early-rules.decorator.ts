/** Looks at the raw body before any field is checked; throws `InvalidRequestError`. Must not trust the type of anything it reads. */
export type EarlyRule = (raw: Readonly<Record<string, unknown>>) => void;

const rulesOfClass = new WeakMap<object, readonly EarlyRule[]>();

/** Rules that run, in order, before the field checks; the first that throws is the only error reported (errors-auth-middleware.md §1.4). */
export function EarlyRules(rules: readonly EarlyRule[]): ClassDecorator {
  return (target) => {
    rulesOfClass.set(target, rules);
  };
}

/** The rules of a class and of what it extends, the base's first. */
export function earlyRulesOf(target: object): readonly EarlyRule[] {
  const parent = Object.getPrototypeOf(target) as object | null;
  const inherited = parent === null || parent === Function.prototype ? [] : earlyRulesOf(parent);
  return [...inherited, ...(rulesOfClass.get(target) ?? [])];
}
