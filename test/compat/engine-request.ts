import { layoutForRelease } from '@app/engine-protocol';
import { WIRE_RELEASE } from '@server/engine/wire-release';

type Fields = Readonly<Record<string, unknown>>;

const FIELDS = layoutForRelease(WIRE_RELEASE).structs.EngineCoreRequest;

/** What a missing key of sampling_params means, on the wire and in the corpus (fixtures/README.md). */
const WIRE_DEFAULTS: Fields = {
  n: 1,
  presence_penalty: 0,
  frequency_penalty: 0,
  repetition_penalty: 1,
  temperature: 1,
  top_p: 1,
  min_p: 0,
  top_k: 0,
  ignore_eos: false,
  max_tokens: 16,
  min_tokens: 0,
  detokenize: true,
  skip_special_tokens: true,
  spaces_between_special_tokens: true,
  include_stop_str_in_output: false,
  output_kind: 0,
  output_text_buffer_length: 0,
  flat_logprobs: false,
  routed_experts_prompt_start: 0,
  _watermarking_skipped: false,
};
const CORPUS_DEFAULTS: Fields = {
  stop_token_ids: [8000],
  _eos_token_id: 8002,
  _all_stop_token_ids: [8000, 8002],
  skip_reading_prefix_cache: false,
};
const NOT_COMPARED: ReadonlySet<string> = new Set(['skip_clone', 'watermarking', '_bad_words_token_ids']);
const ZERO_BY_DEFAULT: ReadonlySet<string> = new Set([
  ...['client_index', 'current_wave', 'priority', 'resumable', 'abort_immediately'],
]);

/** An ADD as it stood on the wire, in the form of the corpus. */
export function toComparable(wire: readonly unknown[]): Fields {
  const named = Object.fromEntries(FIELDS.map((name, index) => [name, wire[index]]));
  return {
    ...withoutDefaults(named),
    request_id: String(named.request_id).replace(/-[0-9a-f]{8}$/, '-<hex8>'),
    sampling_params: samplingParams(named.sampling_params as Fields, {}),
  };
}

/** A recorded request in the same form. */
export function toExpected(recorded: Fields): Fields {
  return {
    ...withoutDefaults(recorded),
    sampling_params: samplingParams(recorded.sampling_params as Fields, CORPUS_DEFAULTS),
  };
}

function withoutDefaults({ reasoning_parser_kwargs, ...request }: Fields): Fields {
  return Object.fromEntries(
    Object.entries({ ...request, reasoning_parser_kwargs: withoutCohereFormat(reasoning_parser_kwargs) }).filter(
      ([name, value]) =>
        name !== 'arrival_time' &&
        value !== null &&
        value !== undefined &&
        !(ZERO_BY_DEFAULT.has(name) && (value === 0 || value === false)),
    ),
  );
}

/** vLLM names its Cohere format to every template; it means nothing to the others. */
function withoutCohereFormat(kwargs: unknown): unknown {
  const { chat_template_kwargs, ...rest } = (kwargs ?? {}) as { readonly chat_template_kwargs?: Fields };
  if (!chat_template_kwargs) return kwargs;
  const { cohere_format: _, ...kept } = chat_template_kwargs;
  return { ...rest, chat_template_kwargs: kept };
}

function samplingParams(given: Fields, defaults: Fields): Fields {
  const params: Record<string, unknown> = { ...WIRE_DEFAULTS, ...defaults, ...given };
  params._all_stop_token_ids = [...((params._all_stop_token_ids as number[] | undefined) ?? [])].sort((a, b) => a - b);
  if (params.structured_outputs) {
    params.structured_outputs = Object.fromEntries(
      Object.entries(params.structured_outputs).filter(([, value]) => value !== null && value !== false),
    );
  }
  return Object.fromEntries(
    Object.entries(params).filter(([name, value]) => !NOT_COMPARED.has(name) && !isEmpty(value)),
  );
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
