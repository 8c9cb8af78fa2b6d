import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigProblemsError } from './config-problems-error.js';
import { loadConfig } from './load-config.js';
import type { ConfigSources, LoadedConfig } from './load-config.js';
import type { ServerConfig } from './server-config.js';

const load = (argv: readonly string[], more: Partial<ConfigSources> = {}): LoadedConfig =>
  loadConfig({ argv, ...more });

function problems(argv: readonly string[], more: Partial<ConfigSources> = {}): readonly string[] {
  try {
    load(argv, more);
  } catch (error) {
    if (error instanceof ConfigProblemsError) {
      return error.problems;
    }
    throw error;
  }
  return [];
}

describe('the command line', () => {
  it('has defaults for everything', () => {
    const { config, warnings } = load([]);
    expect(warnings).toEqual([]);
    expect(config.model.model).toBe('aerie-demo');
    expect(config.http).toMatchObject({ host: undefined, port: 8000, allowedOrigins: [], shutdownTimeout: 0 });
    expect(config.auth).toEqual({ apiKey: [], authScope: 'all' });
    expect(config.limits).toMatchObject({ maxLogprobs: 20, maxBodySize: 10 * 1024 * 1024 });
  });

  it.each<[string, readonly string[], (config: ServerConfig) => unknown, unknown]>([
    ['a positional model', ['my-model'], ({ model }) => model.model, 'my-model'],
    ['--model', ['--model', 'm'], ({ model }) => model.model, 'm'],
    ['= forms', ['--port=9000'], ({ http }) => http.port, 9000],
    ['underscores', ['--max_model_len', '8k'], ({ model }) => model.maxModelLen, 8000],
    ['human integers', ['--max-model-len=8K'], ({ model }) => model.maxModelLen, 8192],
    ['decimals', ['--max-body-size', '1.5m'], ({ limits }) => limits.maxBodySize, 1_500_000],
    ['words for numbers', ['--max-model-len', 'auto'], ({ model }) => model.maxModelLen, -1],
    ['negative numbers', ['--max-logprobs', '-1'], ({ limits }) => limits.maxLogprobs, -1],
    ['unique beginnings', ['--max-model', '8k'], ({ model }) => model.maxModelLen, 8000],
    ['short names', ['-dp', '2'], ({ engine }) => engine.dataParallelSize, 2],
    ['several words', ['--api-key', 'a', 'b', '--port', '1'], ({ auth }) => auth.apiKey, ['a', 'b']],
    ['flags', ['--trust-request-chat-template'], ({ chat }) => chat.trustRequestChatTemplate, true],
    ['--no-x', ['--no-allow-credentials'], ({ http }) => http.allowCredentials, false],
    ['--disable-x', ['--disable-request-id-headers'], ({ http }) => http.enableRequestIdHeaders, false],
    ['--enable-x', ['--enable-log-stats'], ({ metrics }) => metrics.disableLogStats, false],
    ['old negatives', ['--no-disable-log-stats'], ({ metrics }) => metrics.disableLogStats, false],
    ['flag values', ['--disable-log-stats=false'], ({ metrics }) => metrics.disableLogStats, false],
    ['JSON lists', ['--allowed-origins', '["*"]'], ({ http }) => http.allowedOrigins, ['*']],
    [
      'JSON',
      ['--override-generation-config', '{"top_k":5}'],
      ({ model }) => model.overrideGenerationConfig,
      { top_k: 5 },
    ],
    [
      'dotted JSON',
      ['--default-chat-template-kwargs.a.b', '1', '--default-chat-template-kwargs.l+=x,2'],
      ({ chat }) => chat.defaultChatTemplateKwargs,
      { a: { b: 1 }, l: ['x', 2] },
    ],
    ['None', ['--uds', 'None'], ({ http }) => http.uds, undefined],
    ['what follows --', ['--port', '1', '--', '-m'], ({ model }) => model.model, '-m'],
    ['texts that begin like a flag', ['--chat-template', '-x {{ y }}'], ({ chat }) => chat.chatTemplate, '-x {{ y }}'],
    ['beginnings of short names', ['-as', '2'], ({ http }) => http.apiServerCount, 2],
    ['beginnings that are unique among vLLM’s names', ['--api-k', 'a'], ({ auth }) => auth.apiKey, ['a']],
    [
      'arguments of vLLM that set other options',
      ['--h11_max-incomplete-event-size', '64000', '--uvicorn_log_level=error', '--logging-config.formatter', 'json'],
      ({ limits, logging }) => [limits.maxHeaderSize, logging.uvicornLogLevel, logging.logFormat],
      [64_000, 'error', 'json'],
    ],
    [
      'arguments of the engines, with their values',
      [
        '-tp',
        '2',
        '-O3',
        '-cc.mode',
        '3',
        '-n4',
        '--ignore-patterns',
        'a',
        'b',
        '--enforce-eager',
        '--hf-token',
        '-q=awq',
        'm',
      ],
      ({ model }) => model.model,
      'm',
    ],
  ])('reads %s', (_, argv, read, expected) => {
    expect(read(load(argv).config)).toEqual(expected);
  });

  it('lists everything that is wrong at once, with the nearest name', () => {
    expect(
      problems([
        'm',
        'n',
        '--prot',
        '1',
        '--max-num-queued',
        '2',
        '--port',
        'x',
        '--stream-interval',
        '0',
        '--auth-scope',
        'v2',
        '--host',
      ]),
    ).toEqual([
      'unexpected argument "n"',
      'unrecognized argument --prot (did you mean --port?)',
      'ambiguous option: --max-num-queued could match --max-num-queued-reqs, --max-num-queued-tokens',
      '--host: expected a value',
      '--port: expected an integer, got "x"',
      '--auth-scope: invalid choice "v2" (choose from all, v1)',
      '--stream-interval: must not be less than 1',
    ]);
  });

  it('says which options an ambiguous name could be', () => {
    expect(problems(['--max-b', '1'])[0]).toBe(
      'ambiguous option: --max-b could match --max-body-size, --max-bad-words',
    );
  });

  it('tells what becomes of arguments that are not for it, all of them at once', () => {
    const argv = [
      '-tp',
      '2',
      '--enforce-eager',
      '--renderer-num-workers',
      '2',
      '--tool-server',
      'demo',
      '--no-interleave-mm-strings',
    ];
    const rest = [
      '--renderer-num-workers has no effect: prompts are made in threads that need no number',
      '--tool-server: there are no built-in tools',
    ];
    expect(load(argv).warnings).toEqual([
      ...rest,
      'without effect on the onnx engine: --tensor-parallel-size, --enforce-eager',
    ]);
    expect(load([...argv, '--engine-command', 'vllm serve m']).warnings).toEqual([
      ...rest,
      'for the engines: give them to --engine-command: --tensor-parallel-size, --enforce-eager',
    ]);
    expect(problems(['--grpc', '--grpc-port', '50051', '-dpm', '--grcp'])).toEqual([
      'unrecognized argument --grcp (did you mean --grpc?)',
      '--grpc cannot be honoured: gRPC is not served',
      '--grpc-port cannot be honoured: gRPC is not served',
      '--data-parallel-multi-port-external-lb cannot be honoured: start one server per engine, each with --data-parallel-rank',
    ]);
    expect(problems(['--task', 'embed', '--trust-x.y', '1', '--port.x', '1'])).toEqual([
      'unrecognized argument --task (did you mean --runner pooling, or --convert?)',
      expect.stringMatching(/^unrecognized argument --trust-x/),
      '--port.x: --port takes no JSON object',
    ]);
  });

  it('tells what becomes of the members of an object', () => {
    const argv = [
      ...['--structured-outputs-config', '{"backend": "guidance", "disable_any_whitespace": true}'],
      ...['--logging-config', '{"log_level": "ERROR", "configure_logging": false, "pylogging_config_file": "l.json"}'],
    ];
    const { config, warnings } = load(argv);
    const { structuredOutputsBackend, structuredOutputsCompact } = config.engine;
    expect([structuredOutputsBackend, structuredOutputsCompact, config.logging.logLevel]).toEqual([
      ...['guidance', true],
      'error',
    ]);
    expect(warnings).toEqual([
      '--logging-config.configure_logging has no effect: Python logging is not used',
      '--logging-config.pylogging_config_file: Python logging configuration is not read',
    ]);
    expect(
      problems([...['--structured-outputs-config.disable_any_whitespace', 'true'], '--structured-outputs-closed']),
    ).toEqual([
      'disable_any_whitespace is only supported for xgrammar and guidance backends.',
      'disable_additional_properties is only supported for the guidance backend.',
    ]);
    expect(problems(['--logging-config', 'oops'])).toEqual(['--logging-config: invalid value']);
    expect(problems(['--structured-outputs-config.reasoning_parser_plugin', 'p.py'])).toEqual([
      '--reasoning-parser-plugin p.py: parsers written in Python cannot be loaded; write an ES module (.mjs)',
    ]);
  });

  it('says of options about other engines that ours is none', () => {
    const argv = ['--speculative-config.method', 'ngram', '--reasoning-config', '{"reasoning_parser": "x"}'];
    expect(load(argv).warnings).toEqual([
      'without effect on the onnx engine: --speculative-config, --reasoning-config',
    ]);
    expect(load([...argv, '--engine', 'vllm']).warnings).toEqual([]);
  });

  it('warns of a repeated option; the last wins', () => {
    const { config, warnings } = load(['--port', '1', '--port', '2']);
    expect([config.http.port, warnings]).toEqual([2, ['Found duplicate keys --port']]);
  });

  it('checks options against each other', () => {
    expect(problems(['--fingerprint-mode', 'custom', '--engine', 'onnx', '--data-parallel-size-local', '0'])).toEqual([
      '--fingerprint-mode custom needs --fingerprint-value',
      '--engine onnx runs its engine on this host: --data-parallel-size-local must not be 0',
    ]);
    expect(problems(['--enable-elastic-ep', '--api-server-count', '2', '--engine', 'onnx', '-dpn', '0'])).toEqual([
      '--enable-elastic-ep needs --api-server-count 1',
      '--enable-elastic-ep is for a server that balances over all engines itself',
      '--enable-elastic-ep is for --engine vllm: our own engine cannot do it',
    ]);
    expect(problems(['--reasoning-effort-map', '{"huge": "high", "big": "low"}'])).toEqual([
      "Error: --reasoning-effort-map has unknown efforts ['big', 'huge']; keys must be one of ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'].",
    ]);
    expect(problems(['--reasoning-effort-map', '{"high": 1}'])).toEqual([
      'Error: --reasoning-effort-map must be a JSON object mapping reasoning efforts to strings.',
    ]);
    expect(problems(['--allow-runtime-lora-updating', '--api-server-count', '2'])).toEqual([
      'VLLM_ALLOW_RUNTIME_LORA_UPDATING cannot be used with api_server_count > 1',
    ]);
    expect(problems(['--headless', '--api-server-count=2'])).toEqual([
      '--api-server-count=2 cannot be used with --headless (no API servers are started in headless mode).',
    ]);
    expect(problems(['--hf-config-path', '/m', '--hf-overrides.vocab_size', '7'])).toEqual([
      '--hf-config-path is for --engine vllm: the onnx engine reads config.json of the model as it is',
      '--hf-overrides is for --engine vllm: the onnx engine reads config.json of the model as it is',
    ]);
    expect(problems(['--chat-template', 'no/such/file.jinja'])).toEqual([
      expect.stringMatching(
        /^The supplied chat template string \(no\/such\/file.jinja\) appears path-like, but doesn't exist! Tried: no\/such\/file.jinja and \/.*\/templates\/no\/such\/file.jinja$/,
      ),
    ]);
    expect(problems(['--enable-per-request-metrics', '--disable-log-stats'])).toEqual([
      'Error: --enable-per-request-metrics requires engine statistics logging; remove --disable-log-stats to enable per-request metrics.',
    ]);
  });

  it('never shows a key', () => {
    expect(problems(['--api-key']).join()).not.toContain('sk-');
  });
});

describe('the environment', () => {
  it('knows vLLM’s names and a name of our own for every option', () => {
    const env = { VLLM_API_KEY: 'a,b', AERIE_PORT: '9001', AERIE_MODEL: 'm', VLLM_KEEP_ALIVE_ON_ENGINE_DEATH: '1' };
    const { config } = load([], { env });
    expect(config.auth.apiKey).toEqual(['a,b']);
    expect([config.http.port, config.model.model, config.engine.keepAliveOnEngineDeath]).toEqual([9001, 'm', true]);
    expect(load([], { env: { AERIE_API_KEY: 'a,b' } }).config.auth.apiKey).toEqual(['a', 'b']);
  });

  it('loses to the command line and to the file', () => {
    const readFile = (): string => 'port: 9002';
    const env = { AERIE_PORT: '9001', AERIE_HOST: '::1' };
    const { config } = load(['--config', 'a.yaml', '--host', '127.0.0.1'], { env, readFile });
    expect(config.http).toMatchObject({ host: '127.0.0.1', port: 9002 });
  });

  it('names the variable that is wrong', () => {
    expect(problems([], { env: { AERIE_PORT: 'x' } })).toEqual(['AERIE_PORT: expected an integer, got "x"']);
  });
});

describe('--config', () => {
  const file = (source: string): Partial<ConfigSources> => ({ readFile: () => source });

  it('takes option names without dashes; false means false', () => {
    const source = [
      'model: m',
      'max-model-len: 8k',
      'served_model_name: [a, b]',
      'disable-log-stats: false',
      'enable-request-id-headers: true',
      'default-chat-template-kwargs: {x: true}',
    ].join('\n');
    const { config } = load(['--config', 'c.yml'], file(source));
    expect(config.model).toMatchObject({ model: 'm', maxModelLen: 8000, servedModelName: ['a', 'b'] });
    expect([config.metrics.disableLogStats, config.http.enableRequestIdHeaders]).toEqual([false, true]);
    expect(config.chat.defaultChatTemplateKwargs).toEqual({ x: true });
  });

  it('takes every argument of vllm serve, lists, mappings and members', () => {
    const source = [
      'tensor-parallel-size: 2',
      'enforce_eager: true',
      'compilation-config: {mode: 3}',
      'compilation-config.backend: eager',
      'default-chat-template-kwargs.a.b: 8k',
      'served-model-name: one',
      'ignore-patterns: []',
      'uds:',
      'no-interleave-mm-strings: true',
      'no-enable-log-deltas: true',
      'mm-tensor-ipc: torch_shm',
      'logging-config:',
      '  log_level: ERROR',
      'h11-max-header-cou: 64',
    ].join('\n');
    const { config, warnings } = load(['--config', 'c.yml', '-tp', '4'], file(source));
    expect(config.chat.defaultChatTemplateKwargs).toEqual({ a: { b: 8000 } });
    expect(config.model.servedModelName).toEqual(['one']);
    const { logLevel, enableLogDeltas } = config.logging;
    expect([logLevel, enableLogDeltas, config.limits.maxHeaderCount]).toEqual(['error', false, 64]);
    expect(warnings).toEqual([
      'c.yml: mm-tensor-ipc has no effect: prompts take no media',
      'without effect on the onnx engine: --tensor-parallel-size, c.yml: tensor-parallel-size, c.yml: enforce-eager, c.yml: compilation-config',
    ]);
  });

  it('is read with bounds, and only once', () => {
    expect(problems(['--config', 'a.yaml', '--config', 'b.yaml'], file(''))).toEqual([
      'More than one config file specified!',
    ]);
    const folder = mkdtempSync(join(tmpdir(), 'aerie-config-'));
    try {
      mkdirSync(join(folder, 'folder.yaml'));
      writeFileSync(join(folder, 'large.yaml'), '#'.repeat(1024 * 1024 + 1));
      const said = ['folder', 'large'].flatMap((name) => problems(['--config', join(folder, `${name}.yaml`)]));
      expect(said).toEqual([
        `--config: cannot read ${folder}/folder.yaml: it is not a file`,
        `--config: cannot read ${folder}/large.yaml: it has more than 1048576 bytes`,
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each([
    ['keys that are the command line’s', 'config: b.yml', ['c.yml: unknown key "config"']],
    [
      'true and false where a value belongs',
      'api-key: false\nport: true',
      ['c.yml: api-key: expected a value, got false', 'c.yml: port: expected a value, got true'],
    ],
    ['unknown keys', 'prot: 1', ['c.yml: unknown key "prot" (did you mean "port"?)']],
    ['wrong values', 'port: abc', ['c.yml: port: expected an integer, got "abc"']],
    ['other documents', '- a', ['c.yml: expected a mapping of option names to values']],
  ])('refuses %s', (_, source, expected) => {
    expect(problems(['--config', 'c.yml'], file(source))).toEqual(expected);
  });

  it('refuses what is no YAML file', () => {
    expect(problems(['--config', 'c.json'])).toEqual(['Config file must be of a yaml/yml type. c.json supplied']);
    expect(problems(['--config', '/nowhere/c.yml'])).toEqual([
      expect.stringMatching(/^--config: cannot read \/nowhere\/c.yml: ENOENT/),
    ]);
    expect(problems(['--config'])).toEqual(['No config file specified! Please check your command-line arguments.']);
  });
});
