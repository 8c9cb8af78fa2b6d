const RULES: readonly (readonly [RegExp, string])[] = [
  [/ at 0x[0-9a-fA-F]+>/g, '>'],
  [/[ \t]*File "[^"\n]*", line \d+, in [^\n]*(?:\n[ \t]+[^\n]*)?\n?/g, ''],
  [/(?<![\w.:/])\/(?:home|usr|opt|var|tmp|root|lib|mnt|srv)\/[^\s'",;:)\]}>]*/g, '<path>'],
  [/(?<![\w.:/])(?:\/[\w.-]+)+\.\w+/g, '<path>'],
];

/** Longest message that leaves the server; what is beyond it is the client's own text. */
const MAX_CHARS = 16_384;

/** Takes addresses, traceback lines and file paths out of an error message (errors-auth-middleware.md §1). */
export function sanitizeMessage(message: string): string {
  const shown = message.length > MAX_CHARS ? `${message.slice(0, MAX_CHARS)}...[truncated]` : message;
  return RULES.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), shown).trim();
}
