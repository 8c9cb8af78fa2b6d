import { describe, expect, it } from 'vitest';
import { withoutRootPath } from './without-root-path.js';

describe('withoutRootPath', () => {
  it.each([
    ['/api/v1/models?a=/api', '/api', '/v1/models?a=/api'],
    ['/v1/models', '/api', '/v1/models'],
    ['/apis/v1', '/api', '/apis/v1'],
    ['/api', '/api', '/'],
    ['/api?a=1', '/api', '/?a=1'],
    ['/api/api/v1', '/api', '/api/v1'],
    ['/team/llm/health', '/team/llm', '/health'],
    ['/v1/models', '', '/v1/models'],
    ['/API/v1', '/api', '/API/v1'],
  ])('%s under %s is %s', (url, rootPath, expected) => {
    expect(withoutRootPath(url, rootPath)).toBe(expected);
  });
});
