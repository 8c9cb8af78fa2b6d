const marker = (name: string): string => `<|plamo:${name}:plamo|>`;

/** PLaMo 3's markers. Most are several tokens each. */
export const PLAMO = {
  thinkBegin: marker('begin_think'),
  thinkEnd: marker('end_think'),
  requestsBegin: marker('begin_tool_requests'),
  requestsEnd: marker('end_tool_requests'),
  requestBegin: marker('begin_tool_request'),
  requestEnd: marker('end_tool_request'),
  nameBegin: marker('begin_tool_name'),
  nameEnd: marker('end_tool_name'),
  argumentsBegin: marker('begin_tool_arguments'),
  argumentsEnd: marker('end_tool_arguments'),
  constrain: '<|plamo:constrain|>',
  message: '<|plamo:msg|>',
  endOfTurn: '<|plamo:tag|>',
};

/** How all of them begin. */
export const PLAMO_MARKER_START = '<|plamo:';

/** Tokens of which the markers consist. */
export const PLAMO_TOKENS: readonly string[] = [
  '<|plamo:begin_',
  '<|plamo:end_',
  ':plamo|>',
  PLAMO.constrain,
  PLAMO.message,
  PLAMO.endOfTurn,
];
