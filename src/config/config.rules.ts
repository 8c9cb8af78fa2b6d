import { customBucketProblems } from '@app/metrics';
import { adminListenerProblems } from './admin-listener.rules.js';
import { chatProblems } from './chat.rules.js';
import { loadBalancing } from './data-parallel.rules.js';
import { engineProblems, modelFileProblems } from './engine.rules.js';
import { parserProblems } from './parsers.rules.js';
import type { ServerConfig } from './server-config.js';
import { tlsProblems } from './tls.rules.js';

/** What is wrong between options, in one line each; where vLLM refuses the same, in its words (cli-and-config.md §5). */
export function configProblems({
  answers,
  chat,
  engine,
  http,
  logging,
  metrics,
  model,
  parsers,
  routes,
  tls,
}: ServerConfig): string[] {
  return [
    ...answerProblems(answers, metrics),
    ...engineProblems(engine, http.apiServerCount),
    ...modelFileProblems({ engine, model }),
    ...adapterProblems(routes, http),
    ...faultToleranceProblems({ engine, http, routes }),
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

/** Each API server would have adapters of its own. */
function adapterProblems(
  { allowRuntimeLoraUpdating }: ServerConfig['routes'],
  { apiServerCount }: ServerConfig['http'],
): string[] {
  return allowRuntimeLoraUpdating && apiServerCount > 1
    ? ['VLLM_ALLOW_RUNTIME_LORA_UPDATING cannot be used with api_server_count > 1']
    : [];
}

function faultToleranceProblems({ engine, http, routes }: Pick<ServerConfig, 'engine' | 'http' | 'routes'>): string[] {
  if (!routes.enableFaultTolerance) return [];
  const problems: string[] = [];
  if (loadBalancing(engine) !== 'external') {
    problems.push(
      'Fault tolerance requires external load balancer mode (--data-parallel-external-lb or --data-parallel-rank). Internal LB mode is not supported.',
    );
  }
  if (http.apiServerCount > 1) {
    problems.push('--enable-fault-tolerance needs --api-server-count 1: engines tell one API server how they are');
  }
  return problems;
}

function logProblems({ enableLogOutputs, enableLogRequests }: ServerConfig['logging']): string[] {
  return enableLogOutputs && !enableLogRequests ? ['Error: --enable-log-outputs requires --enable-log-requests'] : [];
}

function crossOriginProblems({ allowCredentials, allowedOrigins }: ServerConfig['http']): string[] {
  return allowCredentials && allowedOrigins.includes('*')
    ? ['--allow-credentials with --allowed-origins ["*"] would let any site use the keys of its visitors']
    : [];
}
