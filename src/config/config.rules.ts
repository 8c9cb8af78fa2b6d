import { customBucketProblems } from '@app/metrics';
import { reasoningParsers, toolParsers } from '@app/output-parsers';
import { adminListenerProblems } from './admin-listener.rules.js';
import { REASONING_EFFORTS } from './chat.config.js';
import { dataParallelProblems, elasticProblems } from './data-parallel.rules.js';
import type { ServerConfig } from './server-config.js';
import { tlsProblems } from './tls.rules.js';

/** What is wrong between options, in one line each; where vLLM refuses the same, in its words (cli-and-config.md §5). */
export function configProblems({ answers, chat, engine, http, metrics, parsers, tls }: ServerConfig): string[] {
  const problems: string[] = [];
  if (answers.fingerprintMode === 'custom' && answers.fingerprintValue === undefined) {
    problems.push('--fingerprint-mode custom needs --fingerprint-value');
  }
  if (answers.enablePerRequestMetrics && metrics.disableLogStats) {
    problems.push(
      'Error: --enable-per-request-metrics requires engine statistics logging; remove --disable-log-stats to enable per-request metrics.',
    );
  }
  problems.push(...dataParallelProblems(engine), ...elasticProblems(engine, http.apiServerCount));
  if (engine.headless && http.apiServerCount > 1) {
    problems.push(
      `--api-server-count=${http.apiServerCount} cannot be used with --headless (no API servers are started in headless mode).`,
    );
  }
  if (engine.headless && (engine.engine === 'vllm' || engine.engineCommand !== undefined)) {
    problems.push('--headless starts our own engines; vLLM has a --headless of its own');
  }
  if (engine.engineCommand !== undefined && engine.engine === 'onnx') {
    problems.push('--engine-command is for --engine vllm');
  }
  if (engine.engineCommand !== undefined && engine.dataParallelSizeLocal === 0) {
    problems.push('--engine-command starts engines on this host: --data-parallel-size-local must not be 0');
  }
  if (engine.engine === 'onnx' && engine.dataParallelSizeLocal === 0) {
    problems.push('--engine onnx runs its engine on this host: --data-parallel-size-local must not be 0');
  }
  if (parsers.enableAutoToolChoice && parsers.toolCallParser === undefined) {
    problems.push('Error: --enable-auto-tool-choice requires --tool-call-parser');
  }
  problems.push(...customBucketProblems(metrics.customHistogramBuckets ?? {}));
  problems.push(
    ...effortMapProblems(chat),
    ...unknownParsers(parsers),
    ...adminListenerProblems(http),
    ...tlsProblems(tls),
  );
  if (http.allowCredentials && http.allowedOrigins.includes('*')) {
    problems.push('--allow-credentials with --allowed-origins ["*"] would let any site use the keys of its visitors');
  }
  return problems;
}

/** In vLLM's words. */
function effortMapProblems({ reasoningEffortMap: map }: ServerConfig['chat']): string[] {
  if (Object.values(map).some((value) => typeof value !== 'string')) {
    return ['Error: --reasoning-effort-map must be a JSON object mapping reasoning efforts to strings.'];
  }
  const efforts: readonly string[] = REASONING_EFFORTS;
  const unknown = Object.keys(map).filter((effort) => !efforts.includes(effort));
  if (unknown.length === 0) return [];
  const list = (names: readonly string[]) => `[${names.map((name) => `'${name}'`).join(', ')}]`;
  return [
    `Error: --reasoning-effort-map has unknown efforts ${list(unknown.sort())}; keys must be one of ${list(efforts)}.`,
  ];
}

/** In vLLM's words. As there, a tool parser that is not enabled is not looked at, and `none` is no reasoning parser. */
function unknownParsers({ enableAutoToolChoice, toolCallParser, reasoningParser }: ServerConfig['parsers']): string[] {
  const problems: string[] = [];
  const check = (kind: string, name: string | undefined, { names }: { readonly names: readonly string[] }) => {
    if (name === undefined || names.includes(name)) return;
    problems.push(`invalid ${kind}: ${name} (chose from { ${names.join(',')} })`);
  };
  check('tool call parser', enableAutoToolChoice ? toolCallParser : undefined, toolParsers);
  check('reasoning parser', reasoningParser?.toLowerCase() === 'none' ? undefined : reasoningParser, reasoningParsers);
  return problems;
}
