import { compileValidator, RequestValidationError, valueError } from '@server/http/validation/index';
import { GenerateRequest } from './dto/generate-request.dto.js';

const asGenerate = compileValidator(GenerateRequest);

/** The checked body. Throws what is wrong with its fields, then with how they go together. */
export function toGenerateBody(raw: unknown): GenerateRequest {
  const body = asGenerate(raw);
  if (body.output_mode !== 'tokens' && !body.sampling_params.detokenize) {
    const fault = valueError(`output_mode='${body.output_mode}' requires sampling_params.detokenize to be true`);
    throw new RequestValidationError([{ ...fault, loc: ['body'], input: raw }]);
  }
  return body;
}
