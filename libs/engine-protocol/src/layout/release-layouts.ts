/** Releases whose sources the layouts below were read from, oldest first. */
export const KNOWN_RELEASES = [
  '0.17.0',
  '0.17.1',
  '0.18.0',
  '0.18.1',
  '0.19.0',
  '0.19.1',
  '0.20.0',
  '0.20.1',
  '0.20.2',
  '0.21.0',
  '0.22.0',
  '0.22.1',
  '0.23.0',
  '0.24.0',
  '0.25.0',
  '0.25.1',
  '0.26.0',
  '0.27.0',
  '0.27.1',
  '0.28.0',
  '0.29.0',
  '0.30.0',
  '0.31.0',
  '0.32.0',
  '0.33.0',
] as const;

/**
 * Wire order of every structure's fields, by the first vLLM release that has it (read from the released sources). For an array the order is the
 * position of each field, for a map the order in which keys are written. A new release is a new line here, never new code.
 */
export const RELEASE_LAYOUTS = {
  EngineCoreRequest: [
    {
      from: '0.17.0',
      order:
        'request_id prompt_token_ids mm_features sampling_params pooling_params arrival_time lora_request cache_salt data_parallel_rank prompt_embeds client_index current_wave priority trace_headers resumable external_req_id reasoning_ended',
    },
    {
      from: '0.20.1',
      order:
        'request_id prompt_token_ids mm_features sampling_params pooling_params arrival_time lora_request cache_salt data_parallel_rank prompt_embeds client_index current_wave priority trace_headers resumable external_req_id reasoning_ended reasoning_parser_kwargs',
    },
    {
      from: '0.21.0',
      order:
        'request_id prompt_token_ids mm_features sampling_params pooling_params arrival_time lora_request cache_salt data_parallel_rank prompt_embeds prompt_is_token_ids client_index current_wave priority trace_headers resumable external_req_id reasoning_ended reasoning_parser_kwargs abort_immediately',
    },
    {
      from: '0.28.0',
      order:
        'request_id prompt_token_ids mm_features sampling_params pooling_params arrival_time lora_request cache_salt data_parallel_rank prompt_embeds prompt_is_token_ids client_index current_wave priority trace_headers resumable external_req_id reasoning_ended reasoning_parser_kwargs abort_immediately session_id',
    },
    {
      from: '0.31.0',
      order:
        'request_id prompt_token_ids mm_features sampling_params pooling_params arrival_time lora_request cache_salt data_parallel_rank prompt_embeds prompt_is_token_ids client_index current_wave priority trace_headers resumable external_req_id reasoning_ended reasoning_parser_kwargs abort_immediately session_id kv_hints',
    },
  ],
  SamplingParams: [
    {
      from: '0.17.0',
      order:
        'n presence_penalty frequency_penalty repetition_penalty temperature top_p top_k min_p seed stop stop_token_ids ignore_eos max_tokens min_tokens logprobs prompt_logprobs flat_logprobs detokenize skip_special_tokens spaces_between_special_tokens include_stop_str_in_output output_kind skip_clone output_text_buffer_length _eos_token_id _all_stop_token_ids structured_outputs logit_bias allowed_token_ids extra_args bad_words _bad_words_token_ids skip_reading_prefix_cache repetition_detection',
    },
    {
      from: '0.19.0',
      order:
        'n presence_penalty frequency_penalty repetition_penalty temperature top_p top_k min_p seed stop stop_token_ids ignore_eos max_tokens min_tokens logprobs prompt_logprobs flat_logprobs detokenize skip_special_tokens spaces_between_special_tokens include_stop_str_in_output output_kind skip_clone output_text_buffer_length _eos_token_id _all_stop_token_ids structured_outputs logit_bias allowed_token_ids extra_args bad_words _bad_words_token_ids skip_reading_prefix_cache thinking_token_budget repetition_detection',
    },
    {
      from: '0.20.0',
      order:
        'n presence_penalty frequency_penalty repetition_penalty temperature top_p top_k min_p seed stop stop_token_ids ignore_eos max_tokens min_tokens logprobs prompt_logprobs logprob_token_ids flat_logprobs detokenize skip_special_tokens spaces_between_special_tokens include_stop_str_in_output output_kind skip_clone output_text_buffer_length _eos_token_id _all_stop_token_ids structured_outputs logit_bias allowed_token_ids extra_args bad_words _bad_words_token_ids skip_reading_prefix_cache thinking_token_budget repetition_detection',
    },
    {
      from: '0.22.0',
      order:
        'n presence_penalty frequency_penalty repetition_penalty temperature top_p top_k min_p seed stop stop_token_ids ignore_eos max_tokens min_tokens logprobs prompt_logprobs logprob_token_ids flat_logprobs detokenize skip_special_tokens spaces_between_special_tokens include_stop_str_in_output output_kind skip_clone output_text_buffer_length _eos_token_id _all_stop_token_ids structured_outputs logit_bias allowed_token_ids extra_args routed_experts_prompt_start bad_words _bad_words_token_ids skip_reading_prefix_cache thinking_token_budget repetition_detection',
    },
    {
      from: '0.27.0',
      order:
        'n presence_penalty frequency_penalty repetition_penalty temperature top_p top_k min_p seed stop stop_token_ids ignore_eos max_tokens min_tokens logprobs prompt_logprobs logprob_token_ids flat_logprobs detokenize skip_special_tokens spaces_between_special_tokens include_stop_str_in_output output_kind stream_interval skip_clone output_text_buffer_length _eos_token_id _all_stop_token_ids structured_outputs logit_bias allowed_token_ids extra_args routed_experts_prompt_start bad_words _bad_words_token_ids skip_reading_prefix_cache thinking_token_budget repetition_detection',
    },
    {
      from: '0.29.0',
      order:
        'n presence_penalty frequency_penalty repetition_penalty temperature top_p top_k min_p seed stop stop_token_ids ignore_eos max_tokens min_tokens logprobs prompt_logprobs logprob_token_ids flat_logprobs detokenize skip_special_tokens spaces_between_special_tokens include_stop_str_in_output output_kind stream_interval skip_clone output_text_buffer_length _eos_token_id _all_stop_token_ids structured_outputs logit_bias allowed_token_ids extra_args bad_words _bad_words_token_ids skip_reading_prefix_cache thinking_token_budget repetition_detection routed_experts_prompt_start trace_decode_token_ids',
    },
    {
      from: '0.30.0',
      order:
        'n presence_penalty frequency_penalty repetition_penalty temperature watermarking top_p top_k min_p seed stop stop_token_ids ignore_eos max_tokens min_tokens logprobs prompt_logprobs logprob_token_ids flat_logprobs detokenize skip_special_tokens spaces_between_special_tokens include_stop_str_in_output output_kind stream_interval skip_clone output_text_buffer_length _eos_token_id _all_stop_token_ids structured_outputs logit_bias allowed_token_ids extra_args bad_words _bad_words_token_ids skip_reading_prefix_cache thinking_token_budget repetition_detection routed_experts_prompt_start trace_decode_token_ids',
    },
    {
      from: '0.31.0',
      order:
        'n presence_penalty frequency_penalty repetition_penalty temperature watermarking top_p top_k min_p seed stop stop_token_ids ignore_eos max_tokens min_tokens logprobs prompt_logprobs prompt_logprob_token_ids prompt_logprob_start logprob_token_ids flat_logprobs detokenize skip_special_tokens spaces_between_special_tokens include_stop_str_in_output output_kind stream_interval skip_clone output_text_buffer_length _eos_token_id _all_stop_token_ids structured_outputs logit_bias allowed_token_ids extra_args bad_words _bad_words_token_ids skip_reading_prefix_cache thinking_token_budget repetition_detection routed_experts_prompt_start trace_decode_token_ids',
    },
    {
      from: '0.32.0',
      order:
        'n presence_penalty frequency_penalty repetition_penalty temperature watermarking top_p top_k min_p seed stop stop_token_ids ignore_eos max_tokens min_tokens logprobs prompt_logprobs prompt_logprob_token_ids prompt_logprob_start logprob_token_ids flat_logprobs detokenize skip_special_tokens spaces_between_special_tokens include_stop_str_in_output output_kind stream_interval skip_clone output_text_buffer_length _eos_token_id _all_stop_token_ids _watermarking_skipped structured_outputs logit_bias allowed_token_ids extra_args bad_words _bad_words_token_ids skip_reading_prefix_cache thinking_token_budget repetition_detection routed_experts_prompt_start trace_decode_token_ids',
    },
  ],
  StructuredOutputsParams: [
    {
      from: '0.17.0',
      order:
        'json regex choice grammar json_object disable_fallback disable_any_whitespace disable_additional_properties whitespace_pattern structural_tag _backend _backend_was_auto',
    },
    {
      from: '0.18.0',
      order:
        'json regex choice grammar json_object disable_any_whitespace disable_additional_properties whitespace_pattern structural_tag _backend _backend_was_auto',
    },
  ],
  EngineCoreOutputs: [
    {
      from: '0.17.0',
      order: 'engine_index outputs scheduler_stats timestamp utility_output finished_requests wave_complete start_wave',
    },
    {
      from: '0.32.0',
      order:
        'engine_index outputs scheduler_stats timestamp utility_output finished_requests wave_complete start_wave weight_version',
    },
  ],
  EngineCoreOutput: [
    {
      from: '0.17.0',
      order:
        'request_id new_token_ids new_logprobs new_prompt_logprobs_tensors pooling_output finish_reason stop_reason events kv_transfer_params trace_headers num_cached_tokens num_external_computed_tokens routed_experts num_nans_in_logits',
    },
    {
      from: '0.20.0',
      order:
        'request_id new_token_ids new_logprobs new_prompt_logprobs_tensors pooling_output finish_reason stop_reason events kv_transfer_params trace_headers prefill_stats routed_experts num_nans_in_logits',
    },
    {
      from: '0.26.0',
      order:
        'request_id new_token_ids new_logprobs new_prompt_logprobs_tensors pooling_output finish_reason stop_reason events kv_transfer_params ec_transfer_params trace_headers prefill_stats routed_experts num_nans_in_logits',
    },
    {
      from: '0.28.0',
      order:
        'request_id new_token_ids new_logprobs new_prompt_logprobs_tensors pooling_output finish_reason stop_reason events kv_transfer_params ec_transfer_params trace_headers prefill_stats routed_experts num_nans_in_logits mm_cache_miss_hashes new_sampling_mask',
    },
    {
      from: '0.29.0',
      order:
        'request_id new_token_ids new_logprobs new_prompt_logprobs_tensors pooling_output finish_reason stop_reason events kv_transfer_params ec_transfer_params trace_headers prefill_stats routed_experts num_nans_in_logits mm_cache_miss_hashes new_sampling_mask spec_decode_metrics',
    },
    {
      from: '0.31.0',
      order:
        'request_id new_token_ids new_logprobs new_prompt_logprobs_tensors pooling_output finish_reason stop_reason events kv_transfer_params ec_transfer_params trace_headers prefill_stats routed_experts num_nans_in_logits mm_cache_miss_hashes new_sampling_mask spec_decode_metrics prompt_token_id_logprobs',
    },
    {
      from: '0.33.0',
      order:
        'request_id new_token_ids new_logprobs new_prompt_logprobs_tensors pooling_output finish_reason stop_reason events kv_transfer_params ec_transfer_params trace_headers prefill_stats routed_experts num_nans_in_logits mm_cache_miss_hashes new_sampling_mask spec_decode_metrics prompt_token_id_logprobs error',
    },
  ],
  LogprobsLists: [{ from: '0.17.0', order: 'logprob_token_ids logprobs sampled_token_ranks cu_num_generated_tokens' }],
  LogprobsTensors: [
    { from: '0.17.0', order: 'logprob_token_ids logprobs selected_token_ranks cu_num_generated_tokens' },
    {
      from: '0.29.0',
      order: 'logprob_token_ids logprobs selected_token_ranks cu_num_generated_tokens cu_num_generated_tokens_tensor',
    },
  ],
  PrefillStats: [
    {
      from: '0.20.0',
      order:
        'num_prompt_tokens num_computed_tokens num_cached_tokens num_local_cached_tokens num_external_cached_tokens',
    },
    {
      from: '0.26.0',
      order:
        'num_prompt_tokens num_computed_tokens num_cached_tokens num_local_cached_tokens num_external_cached_tokens num_cache_creation_tokens',
    },
  ],
  RequestError: [{ from: '0.33.0', order: 'code message retryable' }],
  SchedulerStats: [
    {
      from: '0.17.0',
      order:
        'num_running_reqs num_waiting_reqs step_counter current_wave kv_cache_usage encoder_cache_usage prefix_cache_stats connector_prefix_cache_stats kv_cache_eviction_events spec_decoding_stats kv_connector_stats waiting_lora_adapters running_lora_adapters cudagraph_stats perf_stats',
    },
    {
      from: '0.20.0',
      order:
        'num_running_reqs num_waiting_reqs num_skipped_waiting_reqs step_counter current_wave kv_cache_usage prefix_cache_stats connector_prefix_cache_stats kv_cache_eviction_events spec_decoding_stats kv_connector_stats waiting_lora_adapters running_lora_adapters cudagraph_stats perf_stats',
    },
    {
      from: '0.26.0',
      order:
        'num_running_reqs num_waiting_reqs num_skipped_waiting_reqs step_counter current_wave kv_cache_usage iteration_details prefix_cache_stats connector_prefix_cache_stats kv_cache_eviction_events spec_decoding_stats kv_connector_stats waiting_lora_adapters running_lora_adapters cudagraph_stats perf_stats',
    },
    {
      from: '0.31.0',
      order:
        'num_running_reqs num_waiting_reqs num_skipped_waiting_reqs step_counter current_wave kv_cache_usage iteration_details prefix_cache_stats connector_prefix_cache_stats kv_cache_eviction_events spec_decoding_stats kv_connector_stats ec_connector_stats waiting_lora_adapters running_lora_adapters cudagraph_stats perf_stats',
    },
    {
      from: '0.32.0',
      order:
        'num_running_reqs num_waiting_reqs num_skipped_waiting_reqs num_kv_fetch_reqs_by_stage step_counter current_wave kv_cache_usage iteration_details prefix_cache_stats connector_prefix_cache_stats kv_cache_eviction_events spec_decoding_stats kv_connector_stats ec_connector_stats waiting_lora_adapters running_lora_adapters cudagraph_stats perf_stats',
    },
  ],
  PrefixCacheStats: [
    { from: '0.17.0', order: 'reset requests queries hits preempted_requests preempted_queries preempted_hits' },
    {
      from: '0.32.0',
      order: 'reset requests queries hits preempted_requests preempted_queries preempted_hits hits_by_source',
    },
  ],
  EngineCoreReadyResponse: [
    { from: '0.20.0', order: 'max_model_len num_gpu_blocks dp_stats_address' },
    { from: '0.22.0', order: 'max_model_len num_gpu_blocks dp_stats_address dtype' },
    { from: '0.23.0', order: 'max_model_len num_gpu_blocks block_size dp_stats_address dtype vllm_version' },
    {
      from: '0.24.0',
      order:
        'max_model_len num_gpu_blocks block_size dp_stats_address dtype vllm_version world_size data_parallel_size kv_cache_size_tokens kv_cache_max_concurrency',
    },
    {
      from: '0.27.0',
      order:
        'max_model_len num_gpu_blocks block_size dp_stats_address dtype vllm_version world_size data_parallel_size tensor_parallel_size pipeline_parallel_size decode_context_parallel_size data_parallel_rank max_num_seqs max_num_batched_tokens instance_id kv_cache_size_tokens kv_cache_max_concurrency kv_events_config',
    },
    {
      from: '0.28.0',
      order:
        'max_model_len num_gpu_blocks block_size dp_stats_address dtype vllm_version world_size data_parallel_size tensor_parallel_size pipeline_parallel_size decode_context_parallel_size data_parallel_rank max_num_seqs max_num_batched_tokens instance_id kv_cache_size_tokens kv_cache_max_concurrency kv_events_config weight_transfer_backend enable_sleep_mode supports_draft_weight_updates',
    },
    {
      from: '0.29.0',
      order:
        'max_model_len num_gpu_blocks block_size dp_stats_address dtype vllm_version world_size data_parallel_size tensor_parallel_size pipeline_parallel_size decode_context_parallel_size data_parallel_rank max_num_seqs max_num_batched_tokens instance_id supports_lora max_loras mamba_block_size kv_cache_size_tokens kv_cache_max_concurrency kv_events_config weight_transfer_backend enable_sleep_mode supports_draft_weight_updates',
    },
    {
      from: '0.31.0',
      order:
        'max_model_len num_gpu_blocks block_size dp_stats_address dtype vllm_version world_size data_parallel_size tensor_parallel_size pipeline_parallel_size decode_context_parallel_size data_parallel_rank max_num_seqs max_num_batched_tokens instance_id supports_lora max_loras mamba_block_size kv_cache_size_tokens kv_cache_max_concurrency kv_events_config weight_transfer_backend enable_sleep_mode supports_draft_weight_updates effective_attention_block_size',
    },
    {
      from: '0.33.0',
      order:
        'max_model_len num_gpu_blocks block_size dp_stats_address dtype vllm_version world_size data_parallel_size tensor_parallel_size pipeline_parallel_size decode_context_parallel_size data_parallel_rank max_num_seqs max_num_batched_tokens instance_id supports_lora max_loras mamba_block_size kv_cache_size_tokens kv_cache_max_concurrency kv_events_config weight_transfer_backend enable_sleep_mode supports_draft_weight_updates effective_attention_block_size coord_store_port coordinator_input_address coordinator_output_address',
    },
  ],
  PoolingParams: [
    {
      from: '0.17.0',
      order:
        'use_activation dimensions step_tag_id returned_token_ids task requires_token_ids skip_reading_prefix_cache extra_kwargs output_kind',
    },
    {
      from: '0.18.0',
      order:
        'use_activation dimensions step_tag_id returned_token_ids task requires_token_ids skip_reading_prefix_cache late_interaction_params extra_kwargs output_kind',
    },
    {
      from: '0.33.0',
      order:
        'use_activation dimensions step_tag_id returned_token_ids task requires_token_ids skip_reading_prefix_cache late_interaction_params extra_kwargs output_kind late_chunking_params',
    },
  ],
  LoRARequest: [
    { from: '0.17.0', order: 'lora_name lora_int_id lora_path base_model_name tensorizer_config_dict load_inplace' },
    {
      from: '0.22.0',
      order: 'lora_name lora_int_id lora_path base_model_name tensorizer_config_dict load_inplace is_3d_lora_weight',
    },
    { from: '0.32.0', order: 'lora_name lora_int_id lora_path base_model_name load_inplace is_3d_lora_weight' },
  ],
} as const satisfies Readonly<Record<string, readonly { readonly from: string; readonly order: string }[]>>;
