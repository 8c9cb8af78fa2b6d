import type { Budget } from '../runtime/budget.js';

/** Joins texts once their total length is known to be allowed. */
export function joinText(parts: readonly string[], separator: string, budget: Budget): string {
  let length = separator.length * Math.max(0, parts.length - 1);
  for (const part of parts) {
    length += part.length;
  }
  budget.text(length);
  return parts.join(separator);
}
