import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AuthGuard } from './auth.guard.js';
import type { AuthRequest, AuthRules } from './auth.guard.js';

function allows(
  rules: Partial<AuthRules>,
  request: Partial<AuthRequest>,
  headers: Record<string, string> = {},
): boolean {
  const guard = new AuthGuard({ apiKeys: ['sk-one', 'sk-two', ''], scope: 'all', rootPath: '', ...rules });
  const path = request.path ?? request.route ?? '/';
  return guard.allows({ method: 'GET', route: undefined, ...request, path, header: (name) => headers[name] });
}

describe('AuthGuard', () => {
  it.each([
    ['Bearer sk-one', true],
    ['bearer sk-two', true],
    ['BEARER sk-two', true],
    ['Bearer  sk-one', false],
    ['Bearer sk-one ', false],
    ['Bearer sk-on', false],
    ['Bearer sk-one1', false],
    ['Bearer ', false],
    ['Basic sk-one', false],
    ['sk-one', false],
    ['', false],
  ])('takes "%s" as a key: %s', (authorization, expected) => {
    expect(allows({}, { route: '/v1/models' }, { authorization })).toBe(expected);
  });

  it('takes the header of Anthropic clients', () => {
    expect(allows({}, { route: '/v1/models' }, { 'x-api-key': 'sk-one' })).toBe(true);
    expect(allows({}, { route: '/v1/models' }, { 'x-api-key': 'sk-no' })).toBe(false);
    expect(allows({}, { route: '/v1/models' }, { authorization: 'Bearer no', 'x-api-key': 'sk-one' })).toBe(true);
  });

  it.each([
    ['/health', true],
    ['/ping', true],
    ['/version', true],
    ['/metrics', false],
    ['/tokenize', false],
    ['/invocations', false],
    [undefined, false],
  ])('asks for a key on every route but the probes: %s open is %s', (route, expected) => {
    expect(allows({}, { route })).toBe(expected);
  });

  it.each([
    ['/v1foo', false],
    ['/%761/models', false],
    ['/inference/v1/generate', false],
    ['/prefix/v1/models', false],
    ['/tokenize', true],
    ['/%zz', true],
  ])('follows vLLM with scope v1: %s open is %s', (path, expected) => {
    expect(allows({ scope: 'v1', rootPath: '/prefix' }, { path })).toBe(expected);
  });

  it('lets preflights pass, and everything when there are no keys', () => {
    expect(allows({}, { method: 'OPTIONS', route: '/v1/models' })).toBe(true);
    expect(allows({ apiKeys: [''] }, { route: '/v1/models' })).toBe(true);
  });

  it('accepts exactly its keys', () => {
    const guard = new AuthGuard({ apiKeys: ['k1', 'k2'], scope: 'all', rootPath: '' });
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constantFrom('k1', 'k2')), (token) => {
        const header = (name: string): string | undefined => (name === 'authorization' ? `Bearer ${token}` : undefined);
        const allowed = guard.allows({ method: 'GET', route: '/v1/models', path: '/v1/models', header });
        expect(allowed).toBe(token === 'k1' || token === 'k2');
      }),
    );
  });
});
