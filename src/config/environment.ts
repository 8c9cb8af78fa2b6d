import { nearestWord } from './nearest-word.js';
import type { DeclaredOption } from './option.decorator.js';
import { engineVariables, grantedVariables, variablesWithoutEffect } from './vllm-variables.js';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface OptionsOfEnvironment {
  readonly values: ReadonlyMap<DeclaredOption, readonly string[]>;
  /** Variable that each value came from. */
  readonly names: ReadonlyMap<DeclaredOption, string>;
}

/** `AERIE_MAX_MODEL_LEN` for `--max-model-len`, before vLLM's own name. */
export function aerieVariable({ flag }: Pick<DeclaredOption, 'flag'>): string {
  return `AERIE_${(flag ?? '--model').slice(2).replaceAll('-', '_').toUpperCase()}`;
}

/** An empty variable sets nothing. */
export function readEnvironment(env: Environment, options: readonly DeclaredOption[]): OptionsOfEnvironment {
  const values = new Map<DeclaredOption, readonly string[]>();
  const names = new Map<DeclaredOption, string>();
  for (const option of options) {
    const isSet = (candidate: string | undefined) =>
      candidate !== undefined &&
      env[candidate] !== undefined &&
      env[candidate] !== '' &&
      !isServiceLink(candidate, env);
    const name = variablesOf(option).find(isSet);
    const text = name === undefined ? undefined : env[name];
    if (name === undefined || text === undefined) continue;
    // Our own variables hold lists; vLLM's hold one value, which may have a comma in it.
    values.set(option, option.kind === 'words' && name !== option.env ? text.split(',') : [text]);
    names.set(option, name);
  }
  return { values, names };
}

export interface OddVariables {
  /** Known, without effect, and why. */
  readonly withoutEffect: readonly string[];
  /** Of vLLM's engines. */
  readonly ofEngines: readonly string[];
  /** Nobody's: each with the nearest name. */
  readonly unknown: readonly string[];
}

/** Variables that look as if they were for this server and set no option of it. */
export function findOddVariables(env: Environment, options: readonly DeclaredOption[]): OddVariables {
  const ours = new Set(options.flatMap(variablesOf));
  const known = new Set([...ours, ...Object.keys(variablesWithoutEffect), ...engineVariables, ...grantedVariables]);
  const given = Object.keys(env).filter((name) => /^(VLLM|AERIE)_/.test(name) && env[name] && !ours.has(name));
  return {
    withoutEffect: given
      .filter((name) => Object.hasOwn(variablesWithoutEffect, name) && env[name] !== '0')
      .map((name) => `${name} has no effect: ${variablesWithoutEffect[name]}`),
    ofEngines: given.filter((name) => engineVariables.has(name)),
    unknown: given
      .filter((name) => !known.has(name) && !isServiceLink(name, env))
      .map((name) => {
        const nearest = nearestWord(name, [...known]);
        return `unknown variable ${name}${nearest === undefined ? '' : ` (did you mean ${nearest}?)`}`;
      }),
  };
}

function variablesOf(option: DeclaredOption): string[] {
  return [aerieVariable(option), ...(option.env === undefined ? [] : [option.env])];
}

/** Kubernetes puts the addresses of services into the environment: `AERIE_PORT=tcp://10.0.0.1:8000` for one that is called aerie. */
function isServiceLink(name: string, env: Environment): boolean {
  return (
    /_SERVICE_(HOST|PORT(_\w+)?)$|_PORT_\d+_(TCP|UDP|SCTP)(_\w+)?$/.test(name) ||
    (name.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//.test(env[name] ?? ''))
  );
}
