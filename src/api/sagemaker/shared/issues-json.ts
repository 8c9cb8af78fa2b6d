import type { Issue } from '@server/http/validation/index';

const MAX_ISSUES = 10;
const MAX_CHARS = 200;

/** Pydantic's list of errors as JSON, as SageMaker's server library puts it into a message. Bounded, so that an answer does not grow with the request. */
export function toIssuesJson(issues: readonly Issue[]): string {
  const shown = issues.slice(0, MAX_ISSUES).map(({ loc, input, ...issue }) => ({
    ...issue,
    loc: loc.map((key) => (typeof key === 'string' ? cut(key) : key)),
    input: shorten(input),
  }));
  // In Pydantic's order.
  return JSON.stringify(shown.map(({ type, loc, msg, input, ctx }) => ({ type, loc, msg, input, ctx })));
}

/** The value, or the beginning of its JSON. */
function shorten(input: unknown): unknown {
  const json = JSON.stringify(input ?? null, (_, value: unknown) =>
    typeof value === 'bigint' ? Number(value) : value,
  );
  if (json.length <= MAX_CHARS) return JSON.parse(json) as unknown;
  return cut(typeof input === 'string' ? input : json);
}

function cut(text: string): string {
  return text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS)}...[truncated]` : text;
}
