/** As deep as the writer and the readers of both ends go. */
const MAX_DEPTH = 128;

/** Why a value of no particular shape has no form on the wire, as words after a field's name; `undefined` when it has one. */
export function unsendable(value: unknown, depth = 0): string | undefined {
  if (depth > MAX_DEPTH) return `is nested more than ${MAX_DEPTH} levels deep`;
  switch (typeof value) {
    case 'bigint':
      return BigInt.asUintN(64, value) === value || BigInt.asIntN(64, value) === value
        ? undefined
        : 'has an integer that is not between -2**63 and 2**64 - 1';
    case 'function':
    case 'symbol':
      return `has a ${typeof value}`;
    case 'object':
      return value === null ? undefined : unsendableObject(value, depth + 1);
    default:
      return undefined;
  }
}

function unsendableObject(value: object, depth: number): string | undefined {
  if (value instanceof Uint8Array) return undefined;
  const inner = innerValues(value);
  if (!inner) return `has a ${value.constructor.name}`;
  for (const element of inner) {
    const reason = unsendable(element, depth);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function innerValues(value: object): Iterable<unknown> | undefined {
  if (Array.isArray(value) || value instanceof Set) return value as Iterable<unknown>;
  if (value instanceof Map) return [...value.keys(), ...value.values()] as unknown[];
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? Object.values(value) : undefined;
}
