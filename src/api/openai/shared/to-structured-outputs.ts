import { InvalidRequestError } from '@app/errors';
import type { StructuredOutputs } from '@app/engine-protocol';
import { isObject } from '@server/http/validation/index';
import type { StructuredOutputsParams } from './dto/generation-request.dto.js';

/** The constraint of a request: `structured_outputs`, overlaid by `response_format` (chat-inputs-and-parsers.md §6). */
export function toStructuredOutputs(
  params: StructuredOutputsParams | undefined,
  responseFormat: unknown,
): StructuredOutputs | undefined {
  const format = formatConstraint(responseFormat);
  if (params === undefined && format === undefined) return undefined;
  return {
    json: params?.json,
    regex: params?.regex,
    choice: params?.choice,
    grammar: params?.grammar,
    jsonObject: params?.json_object,
    structuralTag: params?.structural_tag,
    disableAnyWhitespace: params?.disable_any_whitespace ?? false,
    disableAdditionalProperties: params?.disable_additional_properties ?? false,
    whitespacePattern: params?.whitespace_pattern,
    ...format,
    backend: undefined,
    backendWasAuto: false,
  };
}

function formatConstraint(format: unknown): Partial<StructuredOutputs> | undefined {
  if (format === undefined) return undefined;
  if (!isObject(format)) throw wrongFormat('must be an object');
  switch (format.type) {
    case 'text':
      return undefined;
    case 'json_object':
      return { jsonObject: true };
    case 'json_schema': {
      const { json_schema: named } = format;
      if (!isObject(named) || !isObject(named.schema)) throw wrongFormat("needs 'json_schema.schema'");
      return { json: named.schema };
    }
    case 'structural_tag':
      return { structuralTag: JSON.stringify(format) };
    default:
      throw wrongFormat("type must be 'text', 'json_object', 'json_schema' or 'structural_tag'");
  }
}

function wrongFormat(what: string): InvalidRequestError {
  return new InvalidRequestError(`response_format ${what}.`, { param: 'response_format' });
}
