import { describe, expect, it } from 'vitest';
import { corsHeaders, toPreflight } from './cors.js';
import type { CorsRequest, CorsRules } from './cors.js';

const none: CorsRules = { allowedOrigins: [], allowedMethods: ['*'], allowedHeaders: ['*'], allowCredentials: false };
const any: CorsRules = { ...none, allowedOrigins: ['*'] };
const one: CorsRules = { ...none, allowedOrigins: ['https://app.example'] };

function asked(headers: Record<string, string>, method = 'GET'): CorsRequest {
  return { method, header: (name) => headers[name] };
}

const VARY =
  'Origin, Access-Control-Request-Method, Access-Control-Request-Headers, Access-Control-Request-Private-Network';
const ALL = 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT, QUERY';

describe('corsHeaders', () => {
  it.each<[string, CorsRules, Record<string, string>, Record<string, string>]>([
    ['no origin', any, {}, { vary: 'Origin' }],
    ['no allowed origins', none, { origin: 'https://app.example' }, { vary: 'Origin' }],
    ['any origin', any, { origin: 'https://x' }, { vary: 'Origin', 'access-control-allow-origin': '*' }],
    [
      'a listed origin',
      one,
      { origin: 'https://app.example' },
      { vary: 'Origin', 'access-control-allow-origin': 'https://app.example' },
    ],
    ['another origin', one, { origin: 'https://evil.example' }, { vary: 'Origin' }],
    [
      'credentials',
      { ...one, allowCredentials: true },
      { origin: 'https://app.example' },
      {
        vary: 'Origin',
        'access-control-allow-origin': 'https://app.example',
        'access-control-allow-credentials': 'true',
      },
    ],
  ])('%s', (_, rules, headers, expected) => {
    expect(corsHeaders(rules, asked(headers))).toEqual(expected);
  });
});

describe('toPreflight', () => {
  const preflight = { origin: 'https://app.example', 'access-control-request-method': 'POST' };

  it('is only for OPTIONS with both headers', () => {
    expect(toPreflight(any, asked(preflight, 'POST'))).toBeUndefined();
    expect(toPreflight(any, asked({ origin: 'https://x' }, 'OPTIONS'))).toBeUndefined();
  });

  it('refuses by default', () => {
    expect(toPreflight(none, asked(preflight, 'OPTIONS'))).toEqual({
      status: 400,
      headers: { vary: VARY, 'access-control-allow-methods': ALL, 'access-control-max-age': '600' },
      body: 'Disallowed CORS origin',
    });
  });

  it('allows what is allowed and echoes the headers', () => {
    const request = asked({ ...preflight, 'access-control-request-headers': 'authorization' }, 'OPTIONS');
    expect(toPreflight(any, request)).toEqual({
      status: 200,
      headers: {
        vary: VARY,
        'access-control-allow-origin': '*',
        'access-control-allow-methods': ALL,
        'access-control-max-age': '600',
        'access-control-allow-headers': 'authorization',
      },
      body: 'OK',
    });
  });

  it('names everything it refuses', () => {
    const rules = { ...one, allowedMethods: ['GET'], allowedHeaders: ['X-Own'] };
    const request = asked(
      {
        origin: 'https://evil',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'x-own, x-b',
      },
      'OPTIONS',
    );
    expect(toPreflight(rules, request)).toMatchObject({ status: 400, body: 'Disallowed CORS origin, method, headers' });
  });
});
