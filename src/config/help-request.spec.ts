import { describe, expect, it } from 'vitest';
import { helpRequest } from './help-request.js';
import { knownArguments } from './known-arguments.js';

describe('helpRequest', () => {
  it('is undefined unless asked for', () => {
    expect(helpRequest(['m', '--port', '1'])).toBeUndefined();
  });

  it('names the groups', () => {
    expect(helpRequest(['--help'])).toMatch(
      /^Usage: aerie serve \[MODEL\][^]*\nGroups: Model, Engine, .*\nFurther .*, ModelConfig, /,
    );
  });

  it('names every argument when asked for all, in lines that fit', () => {
    const text = helpRequest(['--help=all'], 80) ?? '';
    for (const { flag } of knownArguments) {
      expect(text).toMatch(new RegExp(`^  ${flag ?? 'MODEL'}\\b`, 'm'));
    }
    const lines = text
      .slice(text.indexOf('Model:'))
      .split('\n')
      .filter((line) => line.startsWith('      '));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('shows one group or the options with a word, whatever else is wrong', () => {
    expect(helpRequest(['--nonsense', '--help=start'], 200)).toBe(
      [
        'Start:',
        '  --fail-on-environ-validation, --no-fail-on-environ-validation',
        '      Do not start with variables VLLM_… or AERIE_… that nobody knows, instead of warning of them. (default: false)',
        '',
      ].join('\n'),
    );
    expect(helpRequest(['--help=json-d'])).toContain('--max-json-depth');
    expect(helpRequest(['--help=xyz'])).toMatch(/^No group or arguments matching 'xyz'\./);
  });

  it('shows the groups of vLLM, with what becomes of each argument', () => {
    expect(helpRequest(['--help=LoggingConfig'], 200)).toBe(
      [
        'LoggingConfig:',
        '  --log-level {debug,info,warn,error,silent}',
        '      Least severe lines that are written. (default: info; env: VLLM_LOGGING_LEVEL)',
        '  --logging-config JSON',
        '      Members: log_level sets --log-level; formatter sets --log-format; the rest is for the engines.',
        '  --log-config-file TEXT',
        '      Accepted with a warning: Python logging configuration is not read.',
        '',
      ].join('\n'),
    );
    expect(helpRequest(['--help=moe_b'], 200)).toBe(
      'KernelConfig:\n  --moe-backend TEXT\n      For the engines: belongs to the command that starts them; no effect on the onnx engine.\n',
    );
  });
});
