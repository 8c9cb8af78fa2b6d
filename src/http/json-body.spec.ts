import { describe, expect, it } from 'vitest';
import { readJsonBody } from './json-body.js';

const limits = { maxDepth: 64, maxNodes: 1000 };

function read(body: string | Buffer | undefined, contentType?: string, contentEncoding?: string): unknown {
  const bytes = body === undefined ? undefined : Buffer.from(body);
  return readJsonBody({ contentType, contentEncoding, bytes }, limits);
}

const MEDIA = "1 validation error:\n  Unsupported Media Type: Only 'application/json' is allowed";

describe('readJsonBody', () => {
  it.each([
    ['application/json', { a: 1 }],
    ['application/json; charset=utf-8', { a: 1 }],
    ['APPLICATION/JSON', { a: 1 }],
  ])('takes %s', (type, expected) => {
    expect(read('{"a":1}', type)).toEqual(expected);
  });

  it.each([undefined, 'text/plain', 'application/problem+json', 'application/json ;x', 'multipart/form-data'])(
    'refuses the type %s',
    (type) => {
      expect(() => read('{"a":1}', type)).toThrow(MEDIA);
    },
  );

  it('reports malformed JSON before a wrong type, unless the type is none of JSON', () => {
    expect(() => read('{oops', 'application/problem+json')).toThrow(/json_invalid/);
    expect(() => read('{oops')).toThrow(/'loc': 'body.1'.*'input': '<dict of 0 items>', 'ctx': \{'error': 'Expecting/);
    expect(() => read('{oops', 'text/plain')).toThrow(MEDIA);
  });

  it('reads an empty body as nothing, and past a byte order mark', () => {
    expect(read(undefined, 'application/json')).toBeUndefined();
    expect(read('', 'application/json')).toBeUndefined();
    expect(read('\ufeff[1]', 'application/json')).toEqual([1]);
  });

  it('refuses what is not UTF-8, and compressed bodies', () => {
    expect(() => read(Buffer.from([0x22, 0xff, 0x22]), 'application/json')).toThrow(
      'There was an error parsing the body',
    );
    expect(() => read('{}', 'application/json', 'gzip')).toThrow("Content-Encoding 'gzip' is not supported");
  });
});
