import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createLogger } from '@app/logging';
import { ResponseLog } from './response-log.js';

describe('ResponseLog', () => {
  it.each([
    ['{"api_key":"abc"}', '{"api_key":"***"}'],
    ['the key open-sesame', 'the key ***'],
    [Buffer.from('abc'), '<binary data>'],
    [Readable.from(['abc']), '<stream>'],
    [undefined, '<empty>'],
    [null, '<empty>'],
  ])('shows %s as %s', (payload, body) => {
    const lines: unknown[] = [];
    const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
    new ResponseLog(createLogger({ format: 'json', destination }), ['open-sesame']).whole('/a', payload);
    expect(lines).toEqual([expect.objectContaining({ msg: 'response body', route: '/a', body })]);
  });
});
