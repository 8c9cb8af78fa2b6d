/** Value of the first sample of `/metrics` whose line begins with `name`; undefined when there is none. */
export async function metric(
  url: string,
  name: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<number | undefined> {
  const text = await (await fetch(`${url}/metrics`, { headers })).text();
  const line = text.split('\n').find((candidate) => candidate.startsWith(name));
  return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ') + 1));
}

/** Asks again and again until `check` holds; fails when it does not in time. */
export async function until(check: () => Promise<boolean>, timeoutMs = 10_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`did not come true within ${timeoutMs} ms`);
  }
}
