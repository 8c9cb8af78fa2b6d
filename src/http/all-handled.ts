/** Makes a forgotten field a compile error: what is left after destructuring must be nothing. */
export function allHandled(rest: Record<string, never>): void {
  void rest;
}
