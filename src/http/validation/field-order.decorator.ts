const orders = new WeakMap<object, readonly string[]>();

/** Order in which a request class checks its fields, and so reports what is wrong with them; those not named follow as they are declared. */
export function FieldOrder<T>(names: readonly (keyof T & string)[]): (target: new () => T) => void {
  return (target) => void orders.set(target, names);
}

/** Place of a field in the order of its class. */
export function fieldPlace(target: object, name: string): number {
  const place = orders.get(target)?.indexOf(name) ?? -1;
  return place < 0 ? Infinity : place;
}
