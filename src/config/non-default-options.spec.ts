import { describe, expect, it } from 'vitest';
import { loadConfig } from './load-config.js';
import { nonDefaultOptions } from './non-default-options.js';

describe('nonDefaultOptions', () => {
  it('names what was changed, and masks keys', () => {
    const { config } = loadConfig({ argv: ['m', '--api-key', 'sk-secret', '--port', '1'] });
    expect(nonDefaultOptions(config)).toEqual({ model: 'm', port: 1, apiKey: '***' });
  });
});
