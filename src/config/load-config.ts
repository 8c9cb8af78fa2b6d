import { readFileSync } from 'node:fs';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { ConfigurationError } from '@app/errors';
import { reasoningParsers, toolParsers } from '@app/output-parsers';
import { REASONING_EFFORTS } from './chat.config.js';
import { dataParallelProblems, elasticProblems } from './data-parallel.rules.js';
import { allOptions, configTopics, topicNames } from './server-config.js';
import type { ServerConfig } from './server-config.js';
import { declaredOptions } from './option.decorator.js';
import type { DeclaredOption } from './option.decorator.js';
import { parseArgv } from './parse-argv.js';
import { parseConfigFile } from './parse-config-file.js';
import { parseVllmArguments } from './parse-vllm-arguments.js';
import { tlsProblems } from './tls.rules.js';
import { OptionValueError, toOptionValue } from './to-option-value.js';

/** The configuration is wrong; `problems` lists everything that is. The process says so and ends with code 2. */
export class ConfigProblemsError extends ConfigurationError {
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

export interface ConfigSources {
  /** Arguments after `serve`. */
  readonly argv?: readonly string[] | undefined;
  /** Arguments of `vllm serve` by their Python names, as its launcher passes them on. */
  readonly vllmArguments?: Readonly<Record<string, unknown>> | undefined;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  readonly readFile?: ((path: string) => string) | undefined;
}

export interface LoadedConfig {
  readonly config: ServerConfig;
  readonly warnings: readonly string[];
  /** Names among `vllmArguments` that this server has not heard of. */
  readonly unknownArguments: readonly string[];
}

type Texts = ReadonlyMap<DeclaredOption, readonly string[]>;

/**
 * Command line, then vLLM's arguments, then `--config` file, then environment, then defaults. Everything is read and validated before anything is
 * reported. Throws `ConfigProblemsError`.
 */
export function loadConfig(sources: ConfigSources = {}): LoadedConfig {
  const { argv = [], vllmArguments = {}, env = {}, readFile = readUtf8 } = sources;
  const options = allOptions();
  const { values, configFile, problems: argvProblems, warnings } = parseArgv(argv, options);
  const fromVllm = parseVllmArguments(vllmArguments, options);
  const problems = [...argvProblems, ...fromVllm.problems];
  const fromFile = configFile === undefined ? new Map() : readConfigFile(configFile, readFile, options, problems);
  const places: readonly Source[] = [
    { name: ({ flag }) => flag ?? 'MODEL', texts: values },
    { name: (option) => fromVllm.names.get(option) ?? '', texts: fromVllm.values },
    { name: ({ flag }) => `${configFile}: ${flag?.slice(2) ?? 'model'}`, texts: fromFile },
    environment(env, options),
  ];
  const config = Object.fromEntries(
    topicNames.map((name) => {
      const declared = declaredOptions(configTopics[name]);
      const values = declared.map((option) => [option.property, valueOf(option, places, problems)] as const);
      const topic = plainToInstance<object, unknown>(configTopics[name], Object.fromEntries(values));
      problems.push(...ruleProblems(topic, declared, places));
      return [name, topic];
    }),
  ) as unknown as ServerConfig;
  problems.push(...crossProblems(config));
  if (problems.length > 0) {
    throw new ConfigProblemsError(problems);
  }
  return { config, warnings: [...warnings, ...fromVllm.warnings], unknownArguments: fromVllm.unknown };
}

interface Source {
  /** How a problem names the place. */
  readonly name: (option: DeclaredOption) => string;
  readonly texts: Texts;
}

function valueOf(option: DeclaredOption, sources: readonly Source[], problems: string[]): unknown {
  const source = sources.find(({ texts }) => texts.has(option));
  if (!source) {
    return option.default;
  }
  try {
    return toOptionValue(option, source.texts.get(option) ?? []) ?? option.default;
  } catch (error) {
    if (!(error instanceof OptionValueError)) {
      throw error;
    }
    problems.push(`${source.name(option)}: ${option.secret ? 'invalid value' : error.message}`);
    return option.default;
  }
}

/** `AERIE_MAX_MODEL_LEN` for `--max-model-len`, before vLLM's own name. */
export function aerieVariable({ flag }: Pick<DeclaredOption, 'flag'>): string {
  return `AERIE_${(flag ?? '--model').slice(2).replaceAll('-', '_').toUpperCase()}`;
}

function environment(env: Readonly<Record<string, string | undefined>>, options: readonly DeclaredOption[]): Source {
  const texts = new Map<DeclaredOption, readonly string[]>();
  const names = new Map<DeclaredOption, string>();
  for (const option of options) {
    const name = [aerieVariable(option), option.env].find((candidate) => candidate !== undefined && env[candidate]);
    const text = name === undefined ? undefined : env[name];
    if (name !== undefined && text !== undefined) {
      // Our own variables hold lists; vLLM's hold one value, which may have a comma in it.
      texts.set(option, option.kind === 'words' && name !== option.env ? text.split(',') : [text]);
      names.set(option, name);
    }
  }
  return { name: (option) => names.get(option) ?? '', texts };
}

function readConfigFile(
  path: string,
  readFile: (path: string) => string,
  options: readonly DeclaredOption[],
  problems: string[],
): Texts {
  if (!/\.ya?ml$/.test(path)) {
    problems.push(`Config file must be of a yaml/yml type. ${path} supplied`);
    return new Map();
  }
  let source: string;
  try {
    source = readFile(path);
  } catch {
    problems.push(`--config: cannot read ${path}`);
    return new Map();
  }
  const parsed = parseConfigFile(source, options);
  problems.push(...parsed.problems.map((problem) => `${path}: ${problem}`));
  return parsed.values;
}

/** What class-validator's rules say, in the name of the place that the value comes from. */
function ruleProblems(topic: object, options: readonly DeclaredOption[], sources: readonly Source[]): string[] {
  return validateSync(topic).flatMap(({ property, constraints }) => {
    const option = options.find((candidate) => candidate.property === property);
    const source = sources.find(({ texts }) => option !== undefined && texts.has(option));
    const name = option === undefined ? property : (source?.name(option) ?? option.flag ?? 'MODEL');
    return Object.values(constraints ?? {}).map((message) => `${name}: ${message.replace(`${property} `, '')}`);
  });
}

/** Rules between options. */
function crossProblems({ answers, chat, engine, http, logging, parsers, tls }: ServerConfig): string[] {
  const problems: string[] = [];
  if (answers.fingerprintMode === 'custom' && answers.fingerprintValue === undefined) {
    problems.push('--fingerprint-mode custom needs --fingerprint-value');
  }
  if (answers.enablePerRequestMetrics && logging.disableLogStats) {
    problems.push('--enable-per-request-metrics needs the statistics that --disable-log-stats turns off');
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
  problems.push(...effortMapProblems(chat), ...unknownParsers(parsers), ...tlsProblems(tls));
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

function readUtf8(path: string): string {
  return readFileSync(path, 'utf8');
}
