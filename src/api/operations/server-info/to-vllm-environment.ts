/** Names of what nobody else must know. */
const SECRET = /KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL/i;

/** vLLM's variables that are set, but for secrets. */
export function toVllmEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(environment)
      .filter((entry): entry is [string, string] => entry[1] !== undefined)
      .filter(([name]) => name.startsWith('VLLM_') && !SECRET.test(name))
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}
