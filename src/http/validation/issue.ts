import { InvalidRequestError } from '@app/errors';
import { pythonRepr } from '@app/python-text';

/** One thing that is wrong with one field, in Pydantic's terms. */
export interface Issue {
  /** `int_parsing`, `missing`, … */
  readonly type: string;
  /** Keys and indices from the root, the root's name first: `['body', 'stop', 2]`. */
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly input: unknown;
  readonly ctx?: Readonly<Record<string, unknown>> | undefined;
}

/** The request has a wrong shape. Goes out as 400, type `Bad Request`, `param` the first issue's place (errors-auth-middleware.md §1.4). */
export class RequestValidationError extends InvalidRequestError {
  constructor(
    readonly issues: readonly Issue[],
    message = issuesMessage(issues),
  ) {
    super(message, { param: issues[0]?.loc.join('.') });
  }
}

/** A body that is no JSON; `offset` counts code points. */
export function malformedJson({
  offset,
  reason,
}: {
  readonly offset: number;
  readonly reason: string;
}): RequestValidationError {
  const msg = 'JSON decode error';
  return new RequestValidationError([
    { type: 'json_invalid', loc: ['body', offset], msg, input: {}, ctx: { error: reason } },
  ]);
}

const MAX_ENTRIES = 10;
const MAX_ENTRY_CHARS = 1000;
const MAX_INPUT_CHARS = 200;
const TRUNCATED = '...[truncated]';

function issuesMessage(issues: readonly Issue[]): string {
  const lines = issues.slice(0, MAX_ENTRIES).map((issue) => `  ${cut(entryText(issue), MAX_ENTRY_CHARS)}`);
  if (issues.length > MAX_ENTRIES) {
    lines.push(`  ...and ${issues.length - MAX_ENTRIES} more errors`);
  }
  return `${issues.length} validation error${issues.length === 1 ? '' : 's'}:\n${lines.join('\n')}`;
}

function entryText({ type, loc, msg, input, ctx }: Issue): string {
  return pythonRepr({ type, loc: loc.join('.'), msg, input: inputText(input), ...(ctx && { ctx }) });
}

/** Large values are named, not shown: an answer must not grow with the request. */
function inputText(input: unknown): string {
  if (typeof input === 'string') {
    return cut(input, MAX_INPUT_CHARS);
  }
  if (Array.isArray(input)) {
    return `<list of ${input.length} items>`;
  }
  if (typeof input === 'object' && input !== null) {
    return `<dict of ${Object.keys(input).length} items>`;
  }
  return cut(pythonRepr(input), MAX_INPUT_CHARS);
}

function cut(text: string, maxChars: number): string {
  return text.length > maxChars ? text.slice(0, maxChars) + TRUNCATED : text;
}
