import { BadRequestException } from '@nestjs/common';

export type SessionRequestType = 'NEW_SESSION' | 'CLOSE';

const TYPES = "'NEW_SESSION' or 'CLOSE'";
const MAX_ISSUES = 10;
const MAX_INPUT_CHARS = 200;

/**
 * What a body with `requestType` asks for; it may have nothing else. Throws a 400 whose message is Pydantic's list of errors as JSON (routes.md §5.2 no. 2);
 * bounded, so that an answer does not grow with the request.
 */
export function toSessionRequestType({ requestType, ...rest }: Readonly<Record<string, unknown>>): SessionRequestType {
  const extras = Object.entries(rest).slice(0, MAX_ISSUES);
  const known = requestType === 'NEW_SESSION' || requestType === 'CLOSE';
  if (known && extras.length === 0) return requestType;
  const issues = extras.map(([key, input]) => ({
    type: 'extra_forbidden',
    loc: [cut(key)],
    msg: 'Extra inputs are not permitted',
    input: shown(input),
  }));
  const wrongType = {
    type: 'enum',
    loc: ['requestType'],
    msg: `Input should be ${TYPES}`,
    input: shown(requestType),
    ctx: { expected: TYPES },
  };
  throw new BadRequestException(JSON.stringify(known ? issues : [wrongType, ...issues]));
}

/** The value, or the beginning of its JSON. */
function shown(input: unknown): unknown {
  const json = JSON.stringify(input, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value));
  return json.length > MAX_INPUT_CHARS ? cut(typeof input === 'string' ? input : json) : (JSON.parse(json) as unknown);
}

function cut(text: string): string {
  return text.length > MAX_INPUT_CHARS ? `${text.slice(0, MAX_INPUT_CHARS)}...[truncated]` : text;
}
