import type { StructuredOutputs } from '@app/engine-protocol';
import { pythonJson } from '@app/python-text';
import type { ResponseFormat, StructuredOutputsParams } from '../dto/generation-options.dto.js';

/** The constraint of a request: `structured_outputs`, overlaid by `response_format` (chat-inputs-and-parsers.md §6). */
export function toStructuredOutputs(
  params: StructuredOutputsParams | undefined,
  responseFormat: ResponseFormat | undefined,
): StructuredOutputs | undefined {
  const format = formatConstraint(responseFormat);
  if (params === undefined && format === undefined) return undefined;
  // Parameters that name no kind are refused as such, whatever format comes with them.
  const overlay = params === undefined || namesKind(params) ? format : undefined;
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
    ...overlay,
    backend: undefined,
    backendWasAuto: false,
  };
}

function namesKind({ json, regex, choice, grammar, json_object, structural_tag }: StructuredOutputsParams): boolean {
  return [json, regex, choice, grammar, json_object, structural_tag].some((kind) => kind !== undefined);
}

function formatConstraint(format: ResponseFormat | undefined): Partial<StructuredOutputs> | undefined {
  switch (format?.type) {
    case 'json_object':
      return { jsonObject: true };
    case 'json_schema':
      return { json: format.json_schema?.schema };
    case 'structural_tag': {
      const { type, structures, triggers, format: tag } = format;
      return {
        structuralTag: pythonJson(tag === undefined ? { type, structures, triggers } : { type, format: tag }),
      };
    }
    default:
      return undefined;
  }
}
