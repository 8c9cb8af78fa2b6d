/**
 * Every argument of `vllm serve` 0.33 under its name in Python, and what becomes of it here. One line each; the options themselves are
 * declared in the classes beside this file, and how an argument is written stands in `vllm-signatures`.
 */
import type { OptionSpec } from './option.decorator.js';
import type { VllmName } from './vllm-signatures.js';

export type VllmArgument =
  /** An option of ours means the same. `words`: what its values are called here; those that are missing set nothing. */
  | {
      readonly type: 'option';
      /** Undefined: it has the argument's own name. */
      readonly flag: OptionSpec['flag'];
      readonly words?: Readonly<Record<string, string>> | undefined;
    }
  /** A JSON object, each of whose members is an argument of its own; members that are not named are the engines' business. */
  | { readonly type: 'members'; readonly members: Readonly<Record<string, VllmArgument>> }
  /** It concerns the engines alone. */
  | { readonly type: 'engine' }
  /** vLLM's launcher acts on it, when it starts this server. `alone`: what becomes of it where there is no launcher. */
  | { readonly type: 'launcher'; readonly alone?: VllmArgument | undefined }
  /** What it adjusts does not exist here. */
  | { readonly type: 'moot'; readonly reason: string }
  /** Accepted, but not without a word: the feature is missing. `neutral`: a value that does not ask for it. */
  | { readonly type: 'missing'; readonly consequence: string; readonly neutral?: string | undefined }
  /** To go on without it would be unsafe or wrong. */
  | { readonly type: 'refused'; readonly reason: string; readonly neutral?: string | undefined };

const same: VllmArgument = { type: 'option', flag: undefined };
const as = (flag: `--${string}`, words?: Readonly<Record<string, string>>): VllmArgument => ({
  type: 'option',
  flag,
  words,
});
const members = (named: Readonly<Record<string, VllmArgument>>): VllmArgument => ({ type: 'members', members: named });
const engine: VllmArgument = { type: 'engine' };
const launcher: VllmArgument = { type: 'launcher' };
const launcherOr = (alone: VllmArgument): VllmArgument => ({ type: 'launcher', alone });
const moot = (reason: string): VllmArgument => ({ type: 'moot', reason });
const missing = (consequence: string, neutral?: string): VllmArgument => ({ type: 'missing', consequence, neutral });
const refused = (reason: string, neutral?: string): VllmArgument => ({ type: 'refused', reason, neutral });

const NO_MEDIA = 'prompts take no media';
const NO_SUPERVISOR = 'one server has one port, and nothing supervises others';

export const vllmArguments: Readonly<Record<string, VllmArgument>> = {
  // The model
  model_tag: as('--model'),

  // Options of the command
  help: launcher,
  headless: launcher,
  api_server_count: launcher,
  config: launcher,
  grpc: launcherOr(refused('gRPC is not served')),
  disable_log_stats: same,
  aggregate_engine_logging: same,
  fail_on_environ_validation: launcher,
  shutdown_timeout: same,
  gdn_prefill_backend: engine,
  kda_prefill_backend: engine,
  kda_decode_backend: engine,
  enable_log_requests: same,

  // Front end
  lora_modules: same,
  chat_template: same,
  chat_template_content_format: same,
  trust_request_chat_template: same,
  trust_request_mm_kwargs: missing(NO_MEDIA),
  default_chat_template_kwargs: same,
  reasoning_effort_map: same,
  response_role: same,
  return_tokens_as_token_ids: same,
  enable_auto_tool_choice: same,
  exclude_tools_when_tool_choice_none: same,
  tool_call_parser: same,
  tool_parser_plugin: same,
  tool_strict_level: same,
  tool_server: missing('there are no built-in tools'),
  max_log_len: same,
  enable_prompt_tokens_details: same,
  enable_per_request_metrics: same,
  enable_server_load_tracking: same,
  enable_force_include_usage: same,
  sse_keep_alive_interval: same,
  enable_tokenizer_info_endpoint: same,
  enable_log_outputs: same,
  enable_log_deltas: same,
  cohere_is_reasoning_model: moot('Cohere’s chat API is not served'),
  cohere_format: same,
  anthropic_disabled_thinking_effort: missing('the Anthropic API is not served', 'auto'),
  log_error_stack: same,
  tokens_only: same,
  enable_scale_out: same,
  fingerprint_mode: same,
  fingerprint_value: same,
  host: same,
  port: same,
  grpc_port: launcherOr(refused('gRPC is not served')),
  data_parallel_supervisor_port: launcherOr(moot(NO_SUPERVISOR)),
  dp_supervisor_probe_interval_s: launcherOr(moot(NO_SUPERVISOR)),
  dp_supervisor_probe_timeout_s: launcherOr(moot(NO_SUPERVISOR)),
  dp_supervisor_probe_failure_threshold: launcherOr(moot(NO_SUPERVISOR)),
  uds: same,
  uvicorn_log_level: same,
  disable_uvicorn_access_log: same,
  disable_access_log_for_endpoints: same,
  allow_credentials: same,
  allowed_origins: same,
  allowed_methods: same,
  allowed_headers: same,
  api_key: same,
  ssl_keyfile: same,
  ssl_certfile: same,
  ssl_ca_certs: same,
  enable_ssl_refresh: same,
  ssl_cert_reqs: same,
  ssl_ciphers: same,
  root_path: same,
  middleware: same,
  enable_request_id_headers: same,
  disable_fastapi_docs: same,
  h11_max_incomplete_event_size: as('--max-header-size'),
  h11_max_header_count: same,
  enable_offline_docs: same,
  enable_flash_late_interaction: moot('scores are not served'),

  // ModelConfig
  model: as('--model'),
  runner: engine,
  convert: engine,
  tokenizer: same,
  tokenizer_mode: same,
  trust_remote_code: engine,
  dtype: engine,
  seed: engine,
  hf_config_path: same,
  allowed_local_media_path: moot(NO_MEDIA),
  allowed_media_domains: moot(NO_MEDIA),
  revision: engine,
  code_revision: engine,
  tokenizer_revision: engine,
  max_model_len: same,
  quantization: engine,
  quantization_config: engine,
  allow_deprecated_quantization: engine,
  enforce_eager: engine,
  enable_return_routed_experts: engine,
  return_sampling_mask: engine,
  max_logprobs: same,
  logprobs_mode: same,
  use_fp64_gumbel: engine,
  enable_trace_replay: engine,
  disable_sliding_window: engine,
  disable_cascade_attn: engine,
  skip_tokenizer_init: same,
  enable_prompt_embeds: same,
  served_model_name: same,
  config_format: engine,
  hf_token: engine,
  hf_overrides: same,
  model_class_overrides: engine,
  pooler_config: engine,
  generation_config: same,
  override_generation_config: same,
  enable_sleep_mode: engine,
  sleep_mode_backend: engine,
  sleep_mode_offload_cudagraph: engine,
  sleep_preserve_parameter_names: engine,
  enable_cumem_allocator: engine,
  enable_nccl_comm_suspend: engine,
  model_impl: engine,
  logits_processors: engine,
  io_processor_plugin: moot('pooling is not served'),
  renderer_num_workers: moot('prompts are made in threads that need no number'),

  // LoadConfig
  load_format: engine,
  download_dir: engine,
  safetensors_load_strategy: engine,
  safetensors_prefetch_num_threads: engine,
  safetensors_prefetch_block_size: engine,
  model_loader_extra_config: engine,
  ignore_patterns: engine,
  use_tqdm_on_load: engine,
  pt_load_map_location: engine,

  // AttentionConfig
  attention_backend: engine,

  // MambaConfig
  mamba_backend: engine,
  mamba_ssu_algorithm: engine,
  enable_mamba_cache_stochastic_rounding: engine,
  mamba_cache_philox_rounds: engine,

  // StructuredOutputsConfig
  reasoning_parser: same,
  reasoning_parser_plugin: same,

  // ParallelConfig
  distributed_executor_backend: engine,
  pipeline_parallel_size: engine,
  master_addr: engine,
  master_port: engine,
  nnodes: engine,
  node_rank: engine,
  distributed_timeout_seconds: engine,
  cpu_distributed_timeout_seconds: engine,
  numa_bind: engine,
  numa_bind_nodes: engine,
  numa_bind_cpus: engine,
  device_ids: engine,
  tensor_parallel_size: engine,
  decode_context_parallel_size: engine,
  dcp_comm_backend: engine,
  dcp_q_replicate: engine,
  dcp_kv_cache_interleave_size: engine,
  cp_kv_cache_interleave_size: engine,
  prefill_context_parallel_size: engine,
  data_parallel_size: launcher,
  data_parallel_rank: launcher,
  data_parallel_start_rank: launcher,
  data_parallel_size_local: launcher,
  data_parallel_address: launcher,
  data_parallel_rpc_port: launcher,
  data_parallel_backend: launcherOr(refused('engines are started as processes, not by Ray', 'mp')),
  data_parallel_hybrid_lb: launcher,
  data_parallel_external_lb: launcher,
  data_parallel_multi_port_external_lb: launcherOr(
    refused('start one server per engine, each with --data-parallel-rank'),
  ),
  enable_hc_sp: engine,
  enable_expert_parallel: engine,
  enable_batch_sharded_sampling: engine,
  enable_ep_weight_filter: engine,
  all2all_backend: engine,
  enable_dbo: engine,
  enable_shm_tensor_arena: engine,
  ubatch_size: engine,
  enable_elastic_ep: launcher,
  elastic_ep_max_dp_size: engine,
  dbo_decode_token_threshold: engine,
  dp_sync_interval: engine,
  dbo_prefill_token_threshold: engine,
  disable_nccl_for_dp_synchronization: engine,
  enable_eplb: engine,
  eplb_config: engine,
  expert_placement_strategy: engine,
  max_parallel_loading_workers: engine,
  ray_workers_use_nsight: engine,
  disable_custom_all_reduce: engine,
  worker_cls: engine,
  worker_extension_cls: engine,
  enable_fault_tolerance: same,
  fault_tolerance_config: engine,

  // CacheConfig
  block_size: engine,
  gpu_memory_utilization: engine,
  kv_cache_memory_bytes: engine,
  kv_cache_dtype: engine,
  num_gpu_blocks_override: engine,
  enable_prefix_caching: engine,
  prefix_caching_hash_algo: engine,
  prefix_cache_retention_interval: engine,
  kv_cache_dtype_skip_layers: engine,
  kv_sharing_fast_prefill: engine,
  swa_bounded_replay: engine,
  mamba_cache_dtype: engine,
  mamba_ssm_cache_dtype: engine,
  mamba_block_size: engine,
  prefix_match_unit: engine,
  mamba_cache_mode: engine,
  enable_mamba_shared_prefix_checkpoint: engine,
  replayssm_buffer_len: engine,
  use_replayssm: engine,
  kv_offloading_size: engine,
  kv_offloading_backend: engine,

  // OffloadConfig
  offload_backend: engine,
  cpu_offload_gb: engine,
  cpu_offload_params: engine,
  offload_group_size: engine,
  offload_num_in_group: engine,
  offload_prefetch_step: engine,
  offload_params: engine,

  // MultiModalConfig
  language_model_only: engine,
  limit_mm_per_prompt: moot(NO_MEDIA),
  enable_mm_embeds: missing(NO_MEDIA),
  media_io_kwargs: missing(NO_MEDIA),
  mm_processor_kwargs: missing(NO_MEDIA),
  mm_processor_cache_gb: moot(NO_MEDIA),
  mm_processor_cache_type: moot(NO_MEDIA),
  mm_hasher_algorithm: moot(NO_MEDIA),
  mm_shm_cache_max_object_size_mb: moot(NO_MEDIA),
  mm_encoder_only: engine,
  mm_encoder_tp_mode: engine,
  mm_encoder_attn_backend: engine,
  mm_encoder_attn_dtype: engine,
  mm_encoder_fp8_scale_path: engine,
  mm_encoder_fp8_scale_save_path: engine,
  mm_encoder_fp8_scale_save_margin: engine,
  interleave_mm_strings: missing(NO_MEDIA),
  skip_mm_profiling: engine,
  video_pruning_rate: engine,
  video_pruning_method: engine,
  mm_tensor_ipc: moot(NO_MEDIA),
  mm_processor_device: moot(NO_MEDIA),
  mm_ipc_gpu_memory_gb: engine,
  mm_device_do_normalize: engine,

  // LoRAConfig
  enable_lora: same,
  max_loras: same,
  max_lora_rank: engine,
  lora_dtype: engine,
  enable_tower_connector_lora: engine,
  max_cpu_loras: engine,
  fully_sharded_loras: engine,
  lora_target_modules: engine,
  default_mm_loras: missing(NO_MEDIA),
  specialize_active_lora: engine,
  enable_mixed_moe_lora_format: engine,
  enable_moe_shared_loras: engine,
  max_lora_cls_labels: engine,

  // LoggingConfig
  logging_config: members({
    log_level: as('--log-level'),
    formatter: as('--log-format'),
    configure_logging: moot('Python logging is not used'),
    pylogging_config_file: missing('Python logging configuration is not read'),
  }),
  log_level: same,
  log_config_file: missing('Python logging configuration is not read'),

  // ObservabilityConfig
  show_hidden_metrics_for_version: missing('hidden metrics are not shown'),
  otlp_traces_endpoint: missing('no traces are sent'),
  collect_detailed_traces: moot('no traces are sent'),
  per_request_spec_decode_metrics: missing('answers do not tell figures of speculative decoding', 'none'),
  kv_cache_metrics: engine,
  kv_cache_metrics_sample: engine,
  custom_histogram_buckets: same,
  cudagraph_metrics: engine,
  enable_layerwise_nvtx_tracing: engine,
  enable_mfu_metrics: engine,
  enable_logging_iteration_details: engine,
  jit_monitor_mode: engine,
  jit_monitor_verbose: engine,

  // SchedulerConfig
  max_num_batched_tokens: engine,
  max_num_scheduled_tokens: engine,
  max_num_seqs: engine,
  max_num_active_seqs: engine,
  max_num_queued_reqs: same,
  max_num_queued_tokens: same,
  long_prefill_token_threshold: engine,
  long_prefill_token_threshold_adaptive: engine,
  scheduling_policy: engine,
  enable_chunked_prefill: engine,
  disable_chunked_mm_input: engine,
  scheduler_cls: engine,
  scheduler_reserve_full_isl: engine,
  watermark: engine,
  prefill_schedule_interval: engine,
  disable_hybrid_kv_cache_manager: engine,
  async_scheduling: engine,
  stream_interval: same,

  // CompilationConfig
  cudagraph_capture_sizes: engine,
  max_cudagraph_capture_size: engine,

  // KernelConfig
  ir_op_priority: engine,
  enable_flashinfer_autotune: engine,
  monokernel: engine,
  moe_backend: engine,
  linear_backend: engine,
  sparse_indexer_topk_backend: engine,

  // VllmConfig
  speculative_config: same,
  spec_method: same,
  spec_model: same,
  spec_tokens: engine,
  watermark_config: engine,
  diffusion_config: engine,
  kv_transfer_config: engine,
  kv_events_config: engine,
  ec_transfer_config: engine,
  ec_manager_config: engine,
  compilation_config: engine,
  attention_config: engine,
  engram_config: engine,
  reasoning_config: same,
  kernel_config: engine,
  additional_config: engine,
  structured_outputs_config: members({
    backend: as('--structured-outputs-backend'),
    disable_any_whitespace: as('--structured-outputs-compact'),
    disable_additional_properties: as('--structured-outputs-closed'),
    enable_in_reasoning: as('--structured-outputs-in-reasoning'),
    reasoning_parser: as('--reasoning-parser'),
    reasoning_parser_plugin: as('--reasoning-parser-plugin'),
  }),
  aux_output_config: engine,
  profiler_config: same,
  watchdog_config: engine,
  optimization_level: engine,
  performance_mode: engine,
  weight_transfer_config: engine,

  // Variables that the launcher passes on as arguments
  engine_ready_timeout_secs: as('--engine-ready-timeout'),
  http_timeout_keep_alive: as('--keep-alive-timeout'),
} satisfies Readonly<
  Record<VllmName | 'model_tag' | 'engine_ready_timeout_secs' | 'http_timeout_keep_alive', VllmArgument>
>;
