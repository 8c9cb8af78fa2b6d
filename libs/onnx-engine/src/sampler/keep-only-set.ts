/** Forbids every token whose bit is not set. A set that is shorter than the row lacks the tokens behind it. */
export function keepOnlySet(logits: Float32Array, allowed: Int32Array): void {
  for (let word = 0; word * 32 < logits.length; word += 1) {
    const bits = word < allowed.length ? allowed[word] : 0;
    const end = Math.min(word * 32 + 32, logits.length);
    if (bits === 0) logits.fill(-Infinity, word * 32, end);
    else if (bits !== -1) keepOnlyBits(logits, { bits, start: word * 32, end });
  }
}

function keepOnlyBits(
  logits: Float32Array,
  { bits, start, end }: { readonly bits: number; readonly start: number; readonly end: number },
): void {
  for (let id = start; id < end; id += 1) {
    if (((bits >>> (id - start)) & 1) === 0) logits[id] = -Infinity;
  }
}

/** Where other rules have forbidden all that is allowed, the allowed tokens are equal again: an output keeps to its grammar, whatever else it is told. */
export function reviveSet(logits: Float32Array, allowed: Int32Array): void {
  if (logits.some((logit) => logit !== -Infinity)) return;
  logits.fill(0);
  keepOnlySet(logits, allowed);
}
