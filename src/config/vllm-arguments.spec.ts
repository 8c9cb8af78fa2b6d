import { describe, expect, it } from 'vitest';
import { ConfigProblemsError } from './config-problems-error.js';
import { loadConfig } from './load-config.js';
import type { LoadedConfig } from './load-config.js';
import { allOptions } from './server-config.js';
import { pythonName, vllmServeArguments } from './testing/vllm-serve-arguments.js';
import { vllmArguments } from './vllm-arguments.js';
import type { VllmArgument } from './vllm-arguments.js';

const defaults = Object.fromEntries(vllmServeArguments.map((one) => [pythonName(one), one.default]));

const load = (given: Readonly<Record<string, unknown>>, env = {}): LoadedConfig =>
  loadConfig({ argv: ['--engine', 'vllm'], vllmArguments: { model_tag: 'm', ...given }, env });

function problems(given: Readonly<Record<string, unknown>>): readonly string[] {
  try {
    load(given);
  } catch (error) {
    if (error instanceof ConfigProblemsError) return error.problems;
    throw error;
  }
  return [];
}

/** The options of ours that a row of the table sets. */
function flagsOf(name: string, argument: VllmArgument): readonly string[] {
  switch (argument.type) {
    case 'option':
      return [argument.flag ?? `--${name.replaceAll('_', '-')}`];
    case 'members':
      return Object.entries(argument.members).flatMap(([member, inner]) => flagsOf(member, inner));
    default:
      return [];
  }
}

describe('the table of vLLM’s arguments', () => {
  it('has a line for each of them, and for nothing else but what its launcher adds', () => {
    const added = ['engine_ready_timeout_secs', 'http_timeout_keep_alive'];
    expect(Object.keys(vllmArguments).sort()).toEqual([...Object.keys(defaults), ...added].sort());
  });

  it('names options that exist', () => {
    const ours = new Set<string>(allOptions().map(({ flag }) => flag ?? '--model'));
    const named = Object.entries(vllmArguments).flatMap(([name, argument]) => flagsOf(name, argument));
    expect(named.filter((flag) => !ours.has(flag))).toEqual([]);
  });

  it('has an option of ours under the name of the argument, unless others act on it or it needs engines of our own', () => {
    const elsewhere = Object.entries(vllmArguments).filter(([, { type }]) =>
      ['launcher', 'engine', 'missing'].includes(type),
    );
    const aside = new Set<string>(elsewhere.map(([name]) => `--${name.replaceAll('_', '-')}`));
    const named = new Set<string>(Object.entries(vllmArguments).flatMap(([name, argument]) => flagsOf(name, argument)));
    const shared = allOptions().filter(
      ({ flag }) => flag !== undefined && flag.slice(2).replaceAll('-', '_') in defaults,
    );
    expect(shared.map(({ flag = '' }) => flag).filter((flag) => !named.has(flag) && !aside.has(flag))).toEqual([]);
  });
});

describe('arguments of vllm serve', () => {
  it('say nothing at their defaults', () => {
    const { config, warnings, unknownArguments } = load({ ...defaults, model: 'm', model_tag: 'm' });
    expect([warnings, unknownArguments]).toEqual([[], []]);
    const { config: ours } = loadConfig({ argv: ['m', '--engine', 'vllm', '--max-header-size', '4194304'] });
    // The launcher passes on the whole object; nothing of it asks for a profiler.
    const profilerConfig = expect.objectContaining({ profiler: null }) as object;
    expect(config).toEqual({ ...ours, routes: { ...ours.routes, profilerConfig } });
  });

  it('become options', () => {
    const { config, warnings } = load({
      model: '/models/tiny',
      model_tag: '/models/tiny',
      port: 9115,
      uds: null,
      served_model_name: ['tiny', 'alias'],
      api_key: ['k1', 'k2'],
      enforce_eager: true,
      load_format: 'dummy',
      max_model_len: 2048,
      tool_call_parser: 'hermes',
      enable_auto_tool_choice: true,
      chat_template_content_format: 'string',
      override_generation_config: { temperature: 0.5 },
      allowed_origins: ['https://app.example'],
      shutdown_timeout: 30,
      h11_max_incomplete_event_size: 65536,
      logging_config: { log_level: 'WARNING', formatter: 'json', configure_logging: true },
      structured_outputs_config: { backend: 'guidance', reasoning_parser: '', reasoning_parser_plugin: '' },
      reasoning_parser: 'qwen3',
      uvicorn_log_level: 'warning',
      engine_ready_timeout_secs: 60,
      http_timeout_keep_alive: 7,
      profiler_config: { profiler: null, torch_profiler_dir: '' },
    });
    expect(warnings).toEqual([]);
    expect(config).toMatchObject({
      model: {
        model: '/models/tiny',
        servedModelName: ['tiny', 'alias'],
        maxModelLen: 2048,
        overrideGenerationConfig: { temperature: 0.5 },
      },
      engine: { engine: 'vllm', engineReadyTimeout: 60, structuredOutputsBackend: 'guidance' },
      http: {
        port: 9115,
        uds: undefined,
        allowedOrigins: ['https://app.example'],
        shutdownTimeout: 30,
        keepAliveTimeout: 7,
      },
      auth: { apiKey: ['k1', 'k2'] },
      chat: { chatTemplateContentFormat: 'string' },
      parsers: { toolCallParser: 'hermes', enableAutoToolChoice: true, reasoningParser: 'qwen3' },
      limits: { maxHeaderSize: 65536 },
      logging: { logLevel: 'warn', logFormat: 'json', uvicornLogLevel: 'warning' },
    });
  });

  it('win over the environment, which adds the rest', () => {
    const env = { VLLM_API_KEY: 'from-env', AERIE_PORT: '1', AERIE_MAX_BODY_SIZE: '2M' };
    const { config } = load({ port: 2, api_key: [] }, env);
    expect([config.http.port, config.auth.apiKey, config.limits.maxBodySize]).toEqual([2, ['from-env'], 2 ** 21]);
  });

  it('prefer an argument of its own to the member of an object', () => {
    const { config } = load({ logging_config: { log_level: 'ERROR' }, log_level: 'DEBUG' });
    expect(config.logging.logLevel).toBe('debug');
  });

  it('are refused where going on would be wrong', () => {
    expect(problems({ tool_parser_plugin: 'mine.py' })).toEqual([
      '--tool-parser-plugin mine.py: parsers written in Python cannot be loaded; write an ES module (.mjs)',
    ]);
  });

  it('are refused inside objects by the name of the member', () => {
    expect(problems({ structured_outputs_config: { backend: 'x' } })).toEqual([
      'structured_outputs_config.backend: invalid choice "x" (choose from auto, xgrammar, guidance, outlines, lm-format-enforcer)',
    ]);
  });

  it('are named when their value is wrong', () => {
    expect(
      problems({ port: 'x', stream_interval: 0, tool_call_parser: 'nobody', enable_auto_tool_choice: true }),
    ).toEqual([
      'port: expected an integer, got "x"',
      'stream_interval: must not be less than 1',
      expect.stringMatching(/^invalid tool call parser: nobody \(chose from \{ .*hermes.* \}\)$/),
    ]);
  });

  it('warn of features that are missing', () => {
    const { warnings } = load({
      tool_server: 'demo',
      mm_processor_kwargs: {},
      enable_elastic_ep: false,
    });
    expect(warnings).toEqual(['tool_server: there are no built-in tools']);
  });

  it('that nobody knows are told and left alone', () => {
    const { unknownArguments, warnings } = load({
      brand_new: 1,
      __proto__: null,
      constructor: 'x',
      gpu_memory_utilization: 0.5,
    });
    expect([unknownArguments, warnings]).toEqual([['brand_new', 'constructor'], []]);
  });

  it('never show a secret', () => {
    const secret = 'sk-secret';
    const { warnings } = load({ hf_token: secret, watermark_config: { key: secret }, api_key: [secret] });
    expect(warnings).toEqual([]);
    const said = [...problems({ api_key: secret, ssl_keyfile: secret, middleware: [secret] })];
    expect(said.join()).not.toContain(secret);
  });
});
