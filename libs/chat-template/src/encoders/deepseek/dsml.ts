import { pythonJson } from '../json-text.js';

export interface DsmlCall {
  readonly name: string;
  readonly arguments: object;
}

/** Names of the elements that hold calls, which differ from release to release. */
export interface DsmlNames {
  readonly calls: string;
  readonly invoke: string;
  readonly parameter: string;
}

/** DeepSeek's markup is one token that stands in every tag. */
const MARK = '｜DSML｜';

export function openTag(name: string): string {
  return `<${MARK}${name}>`;
}

export function closeTag(name: string): string {
  return `</${MARK}${name}>`;
}

export function invokeTag({ invoke }: DsmlNames, functionName: string): string {
  return `<${MARK}${invoke} name="${functionName}">`;
}

/** `isText` as it is to be written: `true`, `false` or both, in the explanation. */
export function parameterElement({ parameter }: DsmlNames, name: string, isText: string, value: string): string {
  return `<${MARK}${parameter} name="${name}" string="${isText}">${value}${closeTag(parameter)}`;
}

/** Calls of an assistant as the model wrote them: a text as it is, anything else as JSON. */
export function callsElement(names: DsmlNames, calls: readonly DsmlCall[]): string {
  const invokes = calls.map(({ name, arguments: given }) => {
    const parameters = Object.entries(given).map(([key, value]) =>
      typeof value === 'string'
        ? parameterElement(names, key, 'true', value)
        : parameterElement(names, key, 'false', pythonJson(value)),
    );
    return `${invokeTag(names, name)}\n${parameters.join('\n')}\n${closeTag(names.invoke)}`;
  });
  return `${openTag(names.calls)}\n${invokes.join('\n')}\n${closeTag(names.calls)}`;
}

/** How calls are written, for the explanation in the system message; one function after another, their parameters likewise. */
export function callsExample(names: DsmlNames, functionName: string): string {
  return [
    openTag(names.calls),
    invokeTag(names, functionName),
    parameterElement(names, '$PARAMETER_NAME', 'true|false', '$PARAMETER_VALUE'),
    '...',
    closeTag(names.invoke),
    invokeTag(names, `${functionName}2`),
    '...',
    closeTag(names.invoke),
    closeTag(names.calls),
  ].join('\n');
}
