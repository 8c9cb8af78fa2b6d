type Arguments = Readonly<Record<string, unknown>>;

/** Arguments that only the engine understands; undefined when there are none. */
export function toExtraArgs(
  own: Arguments = {},
  transfers: Readonly<Record<string, Arguments | undefined>>,
): Arguments | undefined {
  const given = Object.entries({ ...own, ...transfers }).filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : Object.fromEntries(given);
}
