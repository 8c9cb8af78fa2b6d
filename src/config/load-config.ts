import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { ConfigProblemsError } from './config-problems-error.js';
import { configProblems } from './config.rules.js';
import { findOddVariables, readEnvironment } from './environment.js';
import type { Environment } from './environment.js';
import { OptionValueError } from './human-integer.js';
import { declaredOptions } from './option.decorator.js';
import type { DeclaredOption } from './option.decorator.js';
import { parseArgv } from './parse-argv.js';
import { readConfigFile } from './read-config-file.js';
import { readSmallFile } from './read-small-file.js';
import { allOptions, configTopics, topicNames } from './server-config.js';
import type { ServerConfig } from './server-config.js';
import { settleGiven, settleLaunched } from './settle-arguments.js';
import { toEngineWarnings } from './to-engine-warnings.js';
import { toOptionValue } from './to-option-value.js';

export interface ConfigSources {
  /** Arguments after `serve`. */
  readonly argv?: readonly string[] | undefined;
  /** Arguments of `vllm serve` by their Python names, as its launcher passes them on. */
  readonly vllmArguments?: Readonly<Record<string, unknown>> | undefined;
  readonly env?: Environment | undefined;
  /** The text of a file. Throws an error that says why it cannot be read. */
  readonly readFile?: ((path: string) => string) | undefined;
}

export interface LoadedConfig {
  readonly config: ServerConfig;
  readonly warnings: readonly string[];
  /** Names among `vllmArguments` that this server has not heard of. */
  readonly unknownArguments: readonly string[];
}

/** Where values of options come from. */
interface Source {
  readonly values: ReadonlyMap<DeclaredOption, readonly string[]>;
  /** How a problem names the place of a value. */
  readonly names: ReadonlyMap<DeclaredOption, string>;
}

/**
 * Command line, then vLLM's arguments, then `--config` file, then environment, then defaults. Everything is read and validated before anything is
 * reported. Throws `ConfigProblemsError`.
 */
export function loadConfig(sources: ConfigSources = {}): LoadedConfig {
  const { argv = [], vllmArguments, env = {}, readFile = readSmallFile } = sources;
  const options = allOptions();
  const line = parseArgv(argv);
  const file = readConfigFile(line.configFile, readFile);
  const fromLine = settleGiven(line.values, options, ({ flag = '--model' }) => flag);
  const fromLauncher = settleLaunched(vllmArguments ?? {}, options);
  const fromFile = settleGiven(file.values, options, ({ flag = '--model' }) => `${line.configFile}: ${flag.slice(2)}`);
  const problems = [line, fromLine, fromLauncher, file, fromFile].flatMap((part) => part.problems);
  const config = buildConfig([fromLine, fromLauncher, fromFile, readEnvironment(env, options)], problems);
  const variables = findOddVariables(env, options);
  // vLLM's launcher has checked its environment itself.
  const unknownVariables = vllmArguments === undefined ? variables.unknown : [];
  problems.push(...configProblems(config), ...(config.start.failOnEnvironValidation ? unknownVariables : []));
  if (problems.length > 0) {
    throw new ConfigProblemsError(problems);
  }
  const warnings = [line, fromLine, fromLauncher, fromFile].flatMap((part) => part.warnings);
  const forEngines = {
    arguments: [...fromLine.forEngines, ...fromFile.forEngines],
    options: [...fromLine.ofVllmEngines, ...fromFile.ofVllmEngines],
    variables: vllmArguments === undefined ? variables.ofEngines : [],
  };
  return {
    config,
    warnings: [...warnings, ...toEngineWarnings(forEngines, config), ...variables.withoutEffect, ...unknownVariables],
    unknownArguments: fromLauncher.unknown,
  };
}

/** Adds what is wrong to `problems`. */
function buildConfig(sources: readonly Source[], problems: string[]): ServerConfig {
  const topics = topicNames.map((name) => {
    const declared = declaredOptions(configTopics[name]);
    const values = declared.map((option) => [option.property, valueOf(option, sources, problems)] as const);
    const topic = plainToInstance<object, unknown>(configTopics[name], Object.fromEntries(values));
    problems.push(...ruleProblems(topic, declared, sources));
    return [name, topic] as const;
  });
  return Object.fromEntries(topics) as unknown as ServerConfig;
}

function valueOf(option: DeclaredOption, sources: readonly Source[], problems: string[]): unknown {
  const source = sources.find(({ values }) => values.has(option));
  if (!source) {
    return option.default;
  }
  try {
    return toOptionValue(option, source.values.get(option) ?? []) ?? option.default;
  } catch (error) {
    if (!(error instanceof OptionValueError)) {
      throw error;
    }
    problems.push(`${placeOf(option, sources)}: ${option.secret ? 'invalid value' : error.message}`);
    return option.default;
  }
}

/** What class-validator's rules say, in the name of the place that the value comes from. */
function ruleProblems(topic: object, options: readonly DeclaredOption[], sources: readonly Source[]): string[] {
  return validateSync(topic).flatMap(({ property, constraints }) => {
    const option = options.find((candidate) => candidate.property === property);
    const name = option === undefined ? property : placeOf(option, sources);
    return Object.values(constraints ?? {}).map((message) => `${name}: ${message.replace(`${property} `, '')}`);
  });
}

function placeOf(option: DeclaredOption, sources: readonly Source[]): string {
  const source = sources.find(({ values }) => values.has(option));
  return source?.names.get(option) ?? option.flag ?? 'MODEL';
}
