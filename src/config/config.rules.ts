import { customBucketProblems } from '@app/metrics';
import { adminListenerProblems } from './admin-listener.rules.js';
import { chatProblems } from './chat.rules.js';
import { chosenEngine } from './chosen-engine.js';
import { faultToleranceProblems } from './data-parallel.rules.js';
import { engineProblems, modelFileProblems } from './engine.rules.js';
import { parserProblems } from './parsers.rules.js';
import type { ServerConfig } from './server-config.js';
import { tlsProblems } from './tls.rules.js';

/** What is wrong between options, in one line each; where vLLM refuses the same, in its words (cli-and-config.md §5). */
export function configProblems(config: ServerConfig): string[] {
  const { answers, chat, engine, http, logging, metrics, model, parsers, routes, tls } = config;
  return [
    ...answerProblems(answers, metrics),
    ...engineProblems(engine, http.apiServerCount),
    ...modelFileProblems({ engine, model }),
    ...adapterProblems(config),
    ...faultToleranceProblems(routes.enableFaultTolerance, engine, http.apiServerCount),
    ...profilerProblems(routes, http),
    ...parserProblems(parsers),
    ...customBucketProblems(metrics.customHistogramBuckets ?? {}),
    ...chatProblems(chat),
    ...adminListenerProblems(http),
    ...tlsProblems(tls),
    ...crossOriginProblems(http),
    ...logProblems(logging),
  ];
}

function answerProblems(answers: ServerConfig['answers'], { disableLogStats }: ServerConfig['metrics']): string[] {
  const problems: string[] = [];
  if (answers.fingerprintMode === 'custom' && answers.fingerprintValue === undefined) {
    problems.push('--fingerprint-mode custom needs --fingerprint-value');
  }
  if (answers.enablePerRequestMetrics && disableLogStats) {
    problems.push(
      'Error: --enable-per-request-metrics requires engine statistics logging; remove --disable-log-stats to enable per-request metrics.',
    );
  }
  return problems;
}

/** Of adapters at run time every API server would have its own; our own engine has none. */
function adapterProblems({ engine, http, lora, routes }: ServerConfig): string[] {
  const problems: string[] = [];
  if (routes.allowRuntimeLoraUpdating && http.apiServerCount > 1) {
    problems.push('VLLM_ALLOW_RUNTIME_LORA_UPDATING cannot be used with api_server_count > 1');
  }
  if (lora.loraModules.length > 0 && chosenEngine({ engine }) === 'onnx') {
    problems.push('--lora-modules is for --engine vllm: the onnx engine has no LoRA adapters');
  }
  return problems;
}

/** Engines do not tell whether they profile: only who started it knows. */
function profilerProblems(
  { profilerConfig }: ServerConfig['routes'],
  { apiServerCount }: ServerConfig['http'],
): string[] {
  return typeof profilerConfig.profiler === 'string' && apiServerCount > 1
    ? ['--profiler-config with a profiler needs --api-server-count 1: one server must know what is being profiled']
    : [];
}

function logProblems({ enableLogOutputs, enableLogRequests }: ServerConfig['logging']): string[] {
  return enableLogOutputs && !enableLogRequests ? ['Error: --enable-log-outputs requires --enable-log-requests'] : [];
}

function crossOriginProblems({ allowCredentials, allowedOrigins }: ServerConfig['http']): string[] {
  return allowCredentials && allowedOrigins.includes('*')
    ? ['--allow-credentials with --allowed-origins ["*"] would let any site use the keys of its visitors']
    : [];
}
