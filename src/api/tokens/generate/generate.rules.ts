import { InvalidRequestError, UnsupportedError } from '@app/errors';
import type { GenerateRequest } from './dto/generate-request.dto.js';

export interface GenerateFacts {
  /** Not with `--tokens-only`: stop strings and text are somebody else's affair. */
  readonly hasTokenizer: boolean;
  /** Answers go through a tool or reasoning parser. */
  readonly hasParser: boolean;
  /** Name the model is served by. */
  readonly modelName: string;
  /** Requests that the engine runs at once, where it tells. */
  readonly maxNumSeqs: number | undefined;
}

/** What is refused after the model is known, in vLLM's order and words (other-endpoints.md §8). */
export function checkGenerate(body: GenerateRequest, facts: GenerateFacts): void {
  const { sampling_params: sampling, output_mode: mode, stream } = body;
  const { hasTokenizer, hasParser, modelName, maxNumSeqs } = facts;
  if (maxNumSeqs !== undefined && sampling.n > maxNumSeqs) {
    throw new InvalidRequestError(
      `sampling_params.n must be at most the server's max_num_seqs (${maxNumSeqs}), got ${sampling.n}.`,
    );
  }
  if (stream && sampling.prompt_logprob_token_ids !== undefined) {
    throw new InvalidRequestError('prompt_logprob_token_ids are not available when stream=true.');
  }
  if (!hasTokenizer && sampling.stop !== undefined && sampling.stop.length > 0) {
    throw new InvalidRequestError(
      'stop strings are not supported on a --tokens-only server because detokenization is disabled. Check stop strings on the coordinator, or use stop_token_ids.',
    );
  }
  if (mode !== 'tokens' && !hasTokenizer) {
    throw new InvalidRequestError(
      `output_mode='${mode}' requires a tokenizer, but this server does not load one (--tokens-only or --skip-tokenizer-init). Send the request to a server that loads a tokenizer, or use output_mode='tokens'.`,
    );
  }
  if (mode === 'derender' && stream) {
    throw new InvalidRequestError("output_mode='derender' does not support stream=true.");
  }
  if (mode === 'derender' && hasParser) checkParseContext(body);
  checkFeatures(body, modelName);
}

function checkParseContext({ parse_context: context }: GenerateRequest): void {
  if (!context) {
    throw new InvalidRequestError(
      "output_mode='derender' requires parse_context on a server with a tool or reasoning parser. Use the one returned by /render.",
    );
  }
  const { tools = [], tool_choice: choice } = context;
  if (
    typeof choice === 'object' &&
    choice !== null &&
    !tools.some((tool) => tool.function.name === choice.function.name)
  ) {
    throw new InvalidRequestError('The tool specified in `tool_choice` does not match any of the specified `tools`', {
      param: 'tool_choice',
    });
  }
}

/** What no engine behind this server can be asked for. */
function checkFeatures(
  { sampling_params: sampling, features, content_parts }: GenerateRequest,
  modelName: string,
): void {
  for (const field of ['prompt_logprob_token_ids', 'trace_decode_token_ids'] as const) {
    if (sampling[field] !== undefined) {
      throw new UnsupportedError(`sampling_params.${field} is not supported by this server.`, {
        param: `sampling_params.${field}`,
      });
    }
  }
  if (features !== undefined || (content_parts?.length ?? 0) > 0) {
    throw new InvalidRequestError(`${modelName} is not a multimodal model`);
  }
}
