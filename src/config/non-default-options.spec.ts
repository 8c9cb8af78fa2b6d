import { describe, expect, it } from 'vitest';
import { loadConfig } from './load-config.js';
import { nonDefaultOptions } from './non-default-options.js';

describe('nonDefaultOptions', () => {
  it('names what was changed, and masks what may hold secrets', () => {
    const { config } = loadConfig({
      argv: ['m', '--api-key', 'sk-secret', '--port', '1', '--engine-command', 'HF_TOKEN=hf_x vllm serve m'],
    });
    expect(nonDefaultOptions(config)).toEqual({ model: 'm', port: 1, apiKey: '***', engineCommand: '***' });
  });
});
