import { describe, expect, it } from 'vitest';
import { RouteTable } from './route-table.js';
import { toUnroutedAnswer } from './to-unrouted-answer.js';

const table = new RouteTable();
table.add('/v1/models', ['GET']);
table.add('/ping', ['GET', 'POST']);
table.add('/v1/responses/:id', ['GET']);
table.add('/mixed', ['GET'], 'infer');
table.add('/mixed', ['POST'], 'metrics');

describe('toUnroutedAnswer', () => {
  it.each([
    ['GET /nothing', { status: 404, headers: {}, body: { detail: 'Not Found' } }],
    ['GET /v1/responses/', { status: 404, headers: {}, body: { detail: 'Not Found' } }],
    ['GET //v1/models', { status: 404, headers: {}, body: { detail: 'Not Found' } }],
    ['DELETE /v1/models', { status: 405, headers: { allow: 'GET' }, body: { detail: 'Method Not Allowed' } }],
    ['HEAD /v1/models?x=1', { status: 405, headers: { allow: 'GET' }, body: { detail: 'Method Not Allowed' } }],
    ['PUT /ping', { status: 405, headers: { allow: 'GET, POST' }, body: { detail: 'Method Not Allowed' } }],
    ['POST /v1/responses/abc', { status: 405, headers: { allow: 'GET' }, body: { detail: 'Method Not Allowed' } }],
    ['GET /v1/models/', { status: 307, headers: { location: 'http://h:1/v1/models' }, body: undefined }],
    ['POST /ping/?a=b?c', { status: 307, headers: { location: 'http://h:1/ping?a=b?c' }, body: undefined }],
  ])('%s', (request, expected) => {
    const [method = '', url = ''] = request.split(' ');
    expect(
      toUnroutedAnswer(table, { method, url, protocol: 'http', host: 'h:1', prefix: '', isShown: () => true }),
    ).toEqual(expected);
  });

  it.each([
    ['PUT /mixed', { status: 405, headers: { allow: 'POST' }, body: { detail: 'Method Not Allowed' } }],
    ['GET /v1/models/', { status: 404, headers: {}, body: { detail: 'Not Found' } }],
    ['DELETE /v1/models', { status: 404, headers: {}, body: { detail: 'Not Found' } }],
  ])('tells nothing of routes that are not shown: %s', (request, expected) => {
    const [method = '', url = ''] = request.split(' ');
    const shown = {
      method,
      url,
      protocol: 'http',
      host: 'h:1',
      prefix: '',
      isShown: (scope: string) => scope === 'metrics',
    };
    expect(toUnroutedAnswer(table, shown)).toEqual(expected);
  });
});
