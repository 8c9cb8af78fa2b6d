import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { ConfigProblemsError } from './config-problems-error.js';
import { isOption, knownArguments } from './known-arguments.js';
import type { KnownArgument } from './known-arguments.js';
import { loadConfig } from './load-config.js';
import { parseArgv } from './parse-argv.js';
import { oppositeFlag } from './spellings.js';
import { pythonName, vllmServeArguments } from './testing/vllm-serve-arguments.js';
import type { VllmServeArgument } from './testing/vllm-serve-arguments.js';
import { vllmArguments } from './vllm-arguments.js';
import { vllmSignatures } from './vllm-signatures.js';
import type { VllmSignature } from './vllm-signatures.js';

/** Values that mean something, where any value of the type would not. */
const SAMPLES: Readonly<Record<string, readonly string[]>> = {
  allowed_origins: ['["https://a.example"]'],
  allowed_methods: ['["GET"]'],
  allowed_headers: ['["x-a"]'],
  chat_template: ['{{ messages }}'],
  cohere_format: ['cmd3'],
  custom_histogram_buckets: ['{"request_latency": [1, 2]}'],
  data_parallel_backend: ['ray'],
  data_parallel_size: ['8'],
  fingerprint_mode: ['hash'],
  h11_max_header_count: ['64'],
  h11_max_incomplete_event_size: ['65536'],
  log_level: ['ERROR'],
  logging_config: ['{"log_level": "ERROR"}'],
  reasoning_effort_map: ['{"high": "low"}'],
  reasoning_parser: ['qwen3'],
  structured_outputs_config: ['{"backend": "guidance"}'],
  tool_strict_level: ['function'],
  uvicorn_log_level: ['error'],
};

const WORDS = { string: 'x', int: '3', 'int with suffix': '8k', float: '0.5', json: '{"a": 1}', 'string or json': 'x' };

function sampleOf(argument: VllmServeArgument): readonly string[] {
  const { type, choices, default: usual } = argument;
  if (type === 'bool') return [];
  const sample = SAMPLES[pythonName(argument)];
  return sample ?? [choices?.find((choice) => choice !== usual) ?? WORDS[type]];
}

/** Everything around the argument that makes its sample possible. */
const AROUND = ['m', '--engine', 'vllm', '--config', 'c.yaml'];

/** For what asks for more engines than one. */
const FILE = 'data-parallel-size: 4';

/** What an argument needs beside it. */
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  '--enable-fault-tolerance': ['--data-parallel-external-lb'],
};

interface Outcome {
  readonly said: readonly string[];
  readonly config: unknown;
}

function outcomeOf(argv: readonly string[], file = FILE): Outcome {
  try {
    const { config, warnings } = loadConfig({ argv: [...AROUND, ...argv], readFile: () => file });
    return { said: warnings.filter((line) => !line.startsWith('Found duplicate keys')), config };
  } catch (error) {
    if (error instanceof ConfigProblemsError) return { said: error.problems, config: undefined };
    throw error;
  }
}

const usual = outcomeOf([]).config;
const named = vllmServeArguments.filter(({ flag }) => !['model_tag', '--help', '--config', '--model'].includes(flag));

describe('every argument of vllm serve', () => {
  it.each(named.map((argument) => [argument.flag, argument] as const))(
    '%s is set, warned of or refused',
    (flag, one) => {
      const names = [flag, ...one.aliases, ...(one.hidden_aliases ?? [])].filter((name) => !isNegative(name, flag));
      const forms = names.flatMap((name) => [
        name,
        name.replaceAll('-', '_').replace(/^_+/, (dashes) => '-'.repeat(dashes.length)),
      ]);
      for (const name of forms) {
        const { said, config } = outcomeOf([...(BESIDE[flag] ?? []), name, ...sampleOf(one)]);
        // What is on anyway stays as it is.
        const isOn = one.type === 'bool' && one.default === true;
        const isSet = config !== undefined && (isOn || JSON.stringify(config) !== JSON.stringify(usual));
        const isSaid = said.length > 0 && said.every((line) => line.includes(flag));
        expect({ name, handled: (isSet && said.length === 0) || isSaid, said }).toEqual({ name, handled: true, said });
      }
    },
  );

  it.each(named.map((argument) => [argument.flag, argument] as const))('%s is a key of --config', (flag, one) => {
    const sample = sampleOf(one);
    const value = one.type === 'bool' ? !one.default : one.nargs === '+' || one.repeatable ? sample : sample[0];
    const key = flag.slice(2);
    const { said, config } = outcomeOf(BESIDE[flag] ?? [], stringify({ 'data-parallel-size': 4, [key]: value }));
    const isSet = config !== undefined && JSON.stringify(config) !== JSON.stringify(usual);
    const isSaid = said.length > 0 && said.every((line) => line.includes(key));
    expect({ handled: (isSet && said.length === 0) || isSaid || value === false, said }).toEqual({
      handled: true,
      said,
    });
  });

  it.each(named.filter(({ type }) => type === 'bool').map((argument) => [argument.flag, argument] as const))(
    '%s has its negative forms',
    (flag, one) => {
      const negatives = [...one.aliases, ...(one.hidden_aliases ?? [])].filter((name) => isNegative(name, flag));
      for (const name of negatives) {
        const { values, problems } = parseArgv([name]);
        expect([...values.entries()].map(([argument, texts]) => [argument.flag, texts])).toEqual([[flag, ['false']]]);
        expect(problems).toEqual([]);
      }
    },
  );

  it.each(named.filter(({ type }) => type !== 'bool').map((argument) => [argument.flag, argument] as const))(
    '%s takes as many words as there',
    (flag, one) => {
      const [word = 'x'] = sampleOf(one);
      const argv = one.nargs === '+' ? [flag, word, word, '--port', '1'] : [flag, word, 'model'];
      const texts = parseArgv(argv).values;
      const of = (wanted: string | undefined) => [...texts].find(([argument]) => argument.flag === wanted)?.[1];
      expect(of(flag)).toEqual(one.nargs === '+' ? [word, word] : [word]);
      expect(of(one.nargs === '+' ? '--port' : undefined)).toEqual(one.nargs === '+' ? ['1'] : ['model']);
    },
  );

  it.each(
    named
      .filter(({ type, nargs, default: value }) => value === null && type !== 'bool' && nargs !== '+')
      .map((argument) => [argument.flag, argument] as const),
  )('%s may be None', (flag) => {
    for (const empty of ['None', '']) {
      const { said, config } = outcomeOf([flag, empty]);
      expect(said.filter((line) => !line.includes(flag))).toEqual([]);
      expect(config ?? 'refused').toEqual(usual);
    }
  });

  it('is refused, warned of or the engines’ as the table says', () => {
    const byType = new Map<string, number>();
    for (const one of named.filter(({ flag }) => !ours.has(flag))) {
      const { type } = vllmArguments[pythonName(one)];
      const { said } = outcomeOf([one.flag, ...sampleOf(one)]);
      byType.set(type, (byType.get(type) ?? 0) + 1);
      switch (type) {
        case 'engine':
          expect(said).toEqual([`for the engines: give them to the command that starts them: ${one.flag}`]);
          break;
        case 'moot':
          expect(said).toEqual([expect.stringContaining(`${one.flag} has no effect: `)]);
          break;
        case 'refused':
          expect(said).toEqual([expect.stringContaining(`${one.flag} cannot be honoured: `)]);
          break;
        default:
          break;
      }
    }
    expect(byType.get('engine')).toBeGreaterThan(100);
  });
});

describe('the table of signatures', () => {
  it('is that of vllm serve 0.33', () => {
    const groups = Object.entries<Readonly<Record<string, VllmSignature>>>(vllmSignatures);
    const rows = groups.flatMap(([group, signatures]) =>
      Object.entries(signatures).map(([name, { kind, aliases, isFlag, isRepeated, mayBeBare }]) => ({
        name,
        group,
        kind,
        aliases: aliases.filter((alias) => alias !== '-O'),
        isFlag,
        isRepeated,
        mayBeBare,
      })),
    );
    const theirs = vllmServeArguments
      .filter(({ flag }) => flag !== 'model_tag')
      .map((one) => ({
        name: pythonName(one),
        group: one.group,
        kind: kindOf(one),
        aliases: one.aliases.filter((alias) => !isNegative(alias, one.flag)),
        isFlag: one.type === 'bool' && !one.aliases.some((alias) => isNegative(alias, one.flag)) ? true : undefined,
        isRepeated: one.repeatable,
        mayBeBare: one.nargs === '?' ? true : undefined,
      }));
    expect(rows).toEqual(theirs);
  });
});

const ours = new Set(
  knownArguments.filter((argument: KnownArgument) => isOption(argument)).map(({ flag }) => flag as string),
);

function kindOf({ type, nargs, repeatable }: VllmServeArgument): string {
  if (type === 'bool') return 'boolean';
  if (nargs === '+' || repeatable) return 'words';
  const kinds = { string: 'text', int: 'integer', 'int with suffix': 'human-integer', float: 'number' } as const;
  return type === 'json' ? 'json' : type === 'string or json' ? 'text' : kinds[type];
}

function isNegative(name: string, flag: string): boolean {
  return name === oppositeFlag(flag) || name === `--no-${flag.slice(2)}`;
}
