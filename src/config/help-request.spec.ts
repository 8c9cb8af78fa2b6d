import { describe, expect, it } from 'vitest';
import { helpRequest } from './help-request.js';
import { allOptions } from './server-config.js';

describe('helpRequest', () => {
  it('is undefined unless asked for', () => {
    expect(helpRequest(['m', '--port', '1'])).toBeUndefined();
  });

  it('names every option, in lines that fit', () => {
    const text = helpRequest(['--help'], 80) ?? '';
    for (const { flag } of allOptions()) {
      expect(text).toContain(flag ?? 'MODEL');
    }
    const lines = text
      .slice(text.indexOf('Model:'))
      .split('\n')
      .filter((line) => line.startsWith('      '));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('shows one group or the options with a word, whatever else is wrong', () => {
    expect(helpRequest(['--nonsense', '--help=Keys'], 200)).toBe(
      [
        'Keys:',
        '  --api-key TEXT [TEXT ...]',
        '      Keys that open the server, one or more; without any, everybody may use it. (env: VLLM_API_KEY)',
        '  --auth-scope {all,v1}',
        '      Routes that need a key. all: every route but /health, /ping and /version. v1: those of vLLM (/v1, /v2, /inference, /cohere). (default: all)',
        '',
      ].join('\n'),
    );
    expect(helpRequest(['--help=json-d'])).toContain('--max-json-depth');
    expect(helpRequest(['--help=xyz'])).toMatch(/^No group or arguments matching 'xyz'\./);
  });
});
