import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { ConfigProblemsError } from './config-problems-error.js';
import { knownArguments } from './known-arguments.js';
import { loadConfig } from './load-config.js';
import type { ConfigSources } from './load-config.js';
import { vllmArguments } from './vllm-arguments.js';

const flags = knownArguments.map(({ flag = '--model' }) => flag);
const flag = fc.constantFrom(...flags);
const word = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.json({ maxDepth: 3 }),
  fc.constantFrom(
    '-',
    '--',
    '=',
    '-1',
    '8k',
    '1.5K',
    'None',
    '',
    '[',
    '{',
    '{"a":',
    '__proto__',
    'constructor',
    '1e999',
  ),
);
const argument = fc.oneof(
  flag,
  word,
  fc.tuple(flag, fc.constantFrom('=', '.', '.a=', '.a+=', '.a.b+', '.'), word).map((parts) => parts.join('')),
  fc.tuple(flag, fc.nat(12)).map(([name, length]) => name.slice(0, length)),
  fc.constantFrom('-O3', '-n4', '-cc.mode', '-q', '-dp', '-tp=', '-h', '-x', '--no-', '--help'),
);

/** Whatever is given is configuration, or its problems are told. */
function mustTell(sources: ConfigSources): void {
  try {
    loadConfig(sources);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigProblemsError);
  }
}

describe('whatever the operator writes', () => {
  it('on the command line is configuration or a list of problems', () => {
    fc.assert(fc.property(fc.array(argument, { maxLength: 8 }), (argv) => mustTell({ argv })));
  });

  it('into a file, too', () => {
    const key = fc.oneof(
      flag.map((name) => name.slice(2)),
      word,
    );
    const document = fc.dictionary(key, fc.oneof(word, fc.jsonValue({ maxDepth: 2 })), { maxKeys: 6 });
    fc.assert(
      fc.property(
        fc.oneof(
          document.map((value) => stringify(value)),
          fc.string(),
        ),
        (source) => mustTell({ argv: ['--config', 'c.yaml'], readFile: () => source }),
      ),
    );
  });

  it('into the environment, and what a launcher passes on, too', () => {
    const names = fc.constantFrom(...flags.map((name) => `AERIE_${name.slice(2).replaceAll('-', '_').toUpperCase()}`));
    const given = fc.dictionary(fc.constantFrom(...Object.keys(vllmArguments)), fc.jsonValue({ maxDepth: 2 }));
    fc.assert(
      fc.property(fc.dictionary(names, word), given, (env, values) => mustTell({ env, vllmArguments: values })),
      { numRuns: 30 },
    );
  });

  it('into a JSON option comes out the same, whole or member by member', () => {
    const key = fc.stringMatching(/^[a-z_][a-z0-9_]{0,6}$/);
    const leaf = fc.oneof(fc.boolean(), fc.integer(), fc.stringMatching(/^[a-z ]{1,8}$/), fc.array(fc.integer()));
    const { tree } = fc.letrec<{ tree: Record<string, unknown> }>((tie) => ({
      tree: fc.dictionary(key, fc.oneof({ depthSize: 'small' }, leaf, tie('tree')), { minKeys: 1, maxKeys: 3 }),
    }));
    const option = '--default-chat-template-kwargs';
    const read = (argv: readonly string[]) => loadConfig({ argv }).config.chat.defaultChatTemplateKwargs;
    fc.assert(
      fc.property(tree, (value) => {
        expect(read([option, JSON.stringify(value)])).toEqual(value);
        expect(read(membersOf(value).flatMap(([path, text]) => [`${option}.${path}`, text]))).toEqual(value);
        expect(read(membersOf(value).map(([path, text]) => `${option}.${path}=${text}`))).toEqual(value);
      }),
    );
  });
});

/** `a.b` and its value as JSON, for each leaf. */
function membersOf(tree: Readonly<Record<string, unknown>>): [path: string, text: string][] {
  return Object.entries(tree).flatMap(([key, value]): [string, string][] =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? membersOf(value as Readonly<Record<string, unknown>>).map(([path, text]) => [`${key}.${path}`, text])
      : [[key, JSON.stringify(value)]],
  );
}
