import { BadRequestException } from '@nestjs/common';
import { toIssuesJson } from '@server/api/sagemaker/shared/issues-json';

export type SessionRequestType = 'NEW_SESSION' | 'CLOSE';

const TYPES = "'NEW_SESSION' or 'CLOSE'";

/** What a body with `requestType` asks for; it may have nothing else. Throws a 400 whose message is a list of what is wrong (routes.md §5.2 no. 2). */
export function toSessionRequestType({ requestType, ...rest }: Readonly<Record<string, unknown>>): SessionRequestType {
  const extras = Object.entries(rest).map(([key, input]) => ({
    type: 'extra_forbidden',
    loc: [key],
    msg: 'Extra inputs are not permitted',
    input,
  }));
  const known = requestType === 'NEW_SESSION' || requestType === 'CLOSE';
  if (known && extras.length === 0) return requestType;
  const wrongType = {
    type: 'enum',
    loc: ['requestType'],
    msg: `Input should be ${TYPES}`,
    input: requestType,
    ctx: { expected: TYPES },
  };
  throw new BadRequestException(toIssuesJson(known ? extras : [wrongType, ...extras]));
}
