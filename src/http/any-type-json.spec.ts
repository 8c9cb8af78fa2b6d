import { describe, expect, it } from 'vitest';
import { anyTypeJson } from './any-type-json.js';

const server = { jsonLimits: { maxDepth: 8, maxNodes: 100 } } as Parameters<typeof anyTypeJson>[0]['server'];

function read(...bytes: readonly number[]): unknown {
  try {
    return anyTypeJson({ body: Buffer.from(bytes), server }, ({ reason }) => new Error(reason));
  } catch (error) {
    return (error as Error).message;
  }
}

describe('anyTypeJson', () => {
  it('reads past a byte order mark', () => {
    expect(read(0xef, 0xbb, 0xbf, 0x7b, 0x7d)).toEqual({});
  });

  it('refuses what is no UTF-8, instead of reading something else', () => {
    expect(read(0x22, 0xff, 0xfe, 0x22)).toBe('Invalid UTF-8');
  });

  it('takes no body for an empty one', () => {
    expect(() => anyTypeJson({ body: undefined, server }, ({ reason }) => new Error(reason))).toThrow(
      'Expecting value',
    );
  });
});
