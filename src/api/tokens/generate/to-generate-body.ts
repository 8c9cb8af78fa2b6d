import { pythonText } from '@app/python-text';
import { compileValidator, isObject, RequestValidationError, valueError } from '@server/http/validation/index';
import { GenerateRequest, ParseContext } from './dto/generate-request.dto.js';

const asGenerate = compileValidator(GenerateRequest);
const contextFields: ReadonlySet<string> = new Set(Object.keys(compileValidator(ParseContext)({})));

/** The checked body. Throws what is wrong with its fields, then with how they go together. */
export function toGenerateBody(raw: unknown): GenerateRequest {
  const body = asGenerate(raw);
  if (body.output_mode !== 'tokens' && !body.sampling_params.detokenize) {
    refuse(raw, `output_mode='${body.output_mode}' requires sampling_params.detokenize to be true`);
  }
  if (body.output_mode === 'derender') checkContextFields(raw);
  return body;
}

/** A field that this server does not know could be one that decides how the answer is read. */
function checkContextFields(raw: unknown): void {
  const context = isObject(raw) ? raw.parse_context : undefined;
  const unknown = isObject(context) ? Object.keys(context).filter((name) => !contextFields.has(name)) : [];
  if (unknown.length > 0) {
    refuse(
      raw,
      `Unknown parse_context fields ${pythonText(unknown.sort())}; the render server is newer than this generate server`,
    );
  }
}

function refuse(raw: unknown, message: string): never {
  throw new RequestValidationError([{ ...valueError(message), loc: ['body'], input: raw }]);
}
