import { describe, expect, it } from 'vitest';
import { RouteTable } from './route-table.js';
import { toUnroutedAnswer } from './to-unrouted-answer.js';

const table = new RouteTable();
table.add('/v1/models', ['GET']);
table.add('/ping', ['GET', 'POST']);
table.add('/v1/responses/:id', ['GET']);

describe('toUnroutedAnswer', () => {
  it.each([
    ['GET', '/nothing', 404, {}, { detail: 'Not Found' }],
    ['GET', '/v1/responses/', 404, {}, { detail: 'Not Found' }],
    ['GET', '//v1/models', 404, {}, { detail: 'Not Found' }],
    ['DELETE', '/v1/models', 405, { allow: 'GET' }, { detail: 'Method Not Allowed' }],
    ['HEAD', '/v1/models?x=1', 405, { allow: 'GET' }, { detail: 'Method Not Allowed' }],
    ['PUT', '/ping', 405, { allow: 'GET, POST' }, { detail: 'Method Not Allowed' }],
    ['POST', '/v1/responses/abc', 405, { allow: 'GET' }, { detail: 'Method Not Allowed' }],
    ['GET', '/v1/models/', 307, { location: 'http://h:1/v1/models' }, undefined],
    ['POST', '/ping/?a=b?c', 307, { location: 'http://h:1/ping?a=b?c' }, undefined],
  ])('%s %s → %i', (method, url, status, headers, body) => {
    expect(toUnroutedAnswer(table, { method, url, protocol: 'http', host: 'h:1' })).toEqual({ status, headers, body });
  });
});
