const closed = new WeakSet<object>();

/** A request class that takes no keys but its own; others elsewhere are ignored. */
export function NoExtraKeys(): ClassDecorator {
  return (target) => void closed.add(target);
}

export function takesNoExtraKeys(target: object): boolean {
  return closed.has(target);
}
