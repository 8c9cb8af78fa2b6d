import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ApiKeys } from './api-keys.js';
import { AuthGuard } from './auth.guard.js';
import type { AuthDecision, AuthRequest, AuthRules } from './auth.guard.js';
import { KEY_SCOPES } from './scope.decorator.js';
import type { KeyScope } from './scope.decorator.js';

const listed = (name: string, scopes: readonly KeyScope[], expiresAt?: number) => ({
  name,
  digest: createHash('sha256').update(`sk-${name}`).digest(),
  scopes: new Set(scopes),
  expiresAt,
});

const KEYS = new ApiKeys(
  ['', 'sk-one', 'sk-two'],
  [
    ...KEY_SCOPES.map((scope) => listed(scope, [scope])),
    listed('past', KEY_SCOPES, Date.now() - 1),
    listed('future', KEY_SCOPES, Date.now() + 3_600_000),
  ],
);

interface Asked extends Partial<Omit<AuthRequest, 'header'>> {
  readonly headers?: Readonly<Record<string, string>>;
  readonly rules?: Partial<AuthRules>;
  readonly keys?: ApiKeys;
}

function decide({ headers = {}, rules, keys = KEYS, ...request }: Asked): AuthDecision {
  const guard = new AuthGuard(keys, { scope: 'all', ...rules });
  const path = request.path ?? request.route?.path ?? '/';
  return guard.decide({ method: 'GET', route: undefined, ...request, path, header: (name) => headers[name] });
}

const MODELS = { path: '/v1/models', scope: 'infer' } as const;
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

describe('AuthGuard', () => {
  it.each([
    ['Bearer sk-one', 'api-key-1'],
    ['bearer sk-two', 'api-key-2'],
    ['BEARER sk-two', 'api-key-2'],
    ['Bearer sk-infer', 'infer'],
    ['Bearer sk-future', 'future'],
    ['Bearer sk-past', undefined],
    ['Bearer  sk-one', undefined],
    ['Bearer sk-one ', undefined],
    ['Bearer sk-on', undefined],
    ['Bearer sk-one1', undefined],
    ['Bearer ', undefined],
    ['Basic sk-one', undefined],
    ['sk-one', undefined],
    ['', undefined],
  ])('takes "%s" as the key %s', (authorization, keyName) => {
    const expected = keyName === undefined ? { type: 'unauthorized' } : { type: 'allowed', keyName };
    expect(decide({ route: MODELS, headers: { authorization } })).toEqual(expected);
  });

  it.each<[Record<string, string>, AuthDecision]>([
    [{ 'x-api-key': 'sk-one' }, { type: 'allowed', keyName: 'api-key-1' }],
    [{ 'x-api-key': 'sk-no' }, { type: 'unauthorized' }],
    [
      { ...bearer('no'), 'x-api-key': 'sk-one' },
      { type: 'allowed', keyName: 'api-key-1' },
    ],
    [
      { ...bearer('sk-metrics'), 'x-api-key': 'sk-infer' },
      { type: 'allowed', keyName: 'infer' },
    ],
  ])('takes the header of Anthropic clients: %j', (headers, expected) => {
    expect(decide({ route: MODELS, headers })).toEqual(expected);
  });

  it.each(KEY_SCOPES.flatMap((asked) => KEY_SCOPES.map((has) => [asked, has] as const)))(
    'a route for %s with a key for %s',
    (scope, has) => {
      const expected = scope === has ? { type: 'allowed', keyName: has } : { type: 'forbidden', keyName: has, scope };
      expect(decide({ route: { path: '/a', scope }, headers: bearer(`sk-${has}`) })).toEqual(expected);
    },
  );

  it('opens what is open without a look at keys, and tells those who have one what is not there', () => {
    expect(decide({ route: { path: '/health', scope: 'open' }, headers: bearer('no') })).toEqual({ type: 'allowed' });
    expect(decide({ path: '/nothing' })).toEqual({ type: 'unauthorized' });
    expect(decide({ path: '/nothing', headers: bearer('sk-metrics') })).toEqual({
      type: 'allowed',
      keyName: 'metrics',
    });
  });

  it.each([
    ['/v1foo', 'unauthorized'],
    ['/%761/models', 'unauthorized'],
    ['/inference/v1/generate', 'unauthorized'],
    ['/tokenize', 'allowed'],
    ['/%zz', 'allowed'],
  ])('follows vLLM with scope v1: %s is %s', (path, type) => {
    expect(decide({ rules: { scope: 'v1' }, path }).type).toBe(type);
  });

  it('asks for the scope of a route that vLLM guards, and for nothing elsewhere', () => {
    const rules = { scope: 'v1' } as const;
    expect(decide({ rules, route: MODELS, headers: bearer('sk-admin') }).type).toBe('forbidden');
    expect(decide({ rules, route: { path: '/metrics', scope: 'metrics' } })).toEqual({ type: 'allowed' });
  });

  it('lets preflights pass, and everything when there are no keys', () => {
    expect(decide({ method: 'OPTIONS', route: MODELS })).toEqual({ type: 'allowed' });
    expect(decide({ keys: new ApiKeys(['']), route: MODELS })).toEqual({ type: 'allowed' });
  });

  it('lets nobody in with a keys file that has no keys', () => {
    expect(decide({ keys: new ApiKeys([], []), route: MODELS, headers: bearer('sk-one') }).type).toBe('unauthorized');
  });

  it('follows the keys file', () => {
    const keys = new ApiKeys(['sk-one'], [listed('infer', ['infer'])]);
    keys.replaceListed([listed('metrics', ['infer'])]);
    const typeWith = (key: string) => decide({ keys, route: MODELS, headers: bearer(key) }).type;
    expect(['sk-one', 'sk-infer', 'sk-metrics'].map(typeWith)).toEqual(['allowed', 'unauthorized', 'allowed']);
  });

  it('accepts exactly its keys', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constantFrom('sk-one', 'sk-two')), (token) => {
        const allowed = decide({ route: MODELS, headers: bearer(token) }).type === 'allowed';
        expect(allowed).toBe(token === 'sk-one' || token === 'sk-two');
      }),
    );
  });
});
