import type { WireArray } from '@app/engine-protocol';
import { describe, expect, it } from 'vitest';
import { toNpyBase64 } from './to-npy.js';

describe('toNpyBase64', () => {
  // Recorded: numpy.save of numpy 2.4.
  it.each<[string, Omit<WireArray, 'bytes'>, number[], string]>([
    [
      'three dimensions of 16 bits',
      { dtype: '<i2', shape: [3, 2, 1] },
      [0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0],
      'k05VTVBZAQB2AHsnZGVzY3InOiAnPGkyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsIDIsIDEpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAEAAgADAAQABQA=',
    ],
    [
      'no rows',
      { dtype: '|u1', shape: [0, 2, 1] },
      [],
      'k05VTVBZAQB2AHsnZGVzY3InOiAnfHUxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDAsIDIsIDEpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo=',
    ],
    [
      'one dimension',
      { dtype: '<i4', shape: [3] },
      [0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0],
      'k05VTVBZAQB2AHsnZGVzY3InOiAnPGk0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAQAAAAIAAAA=',
    ],
    [
      'a long dimension',
      { dtype: '|u1', shape: [12345678901, 0] },
      [],
      'k05VTVBZAQB2AHsnZGVzY3InOiAnfHUxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEyMzQ1Njc4OTAxLCAwKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo=',
    ],
    [
      'no dimension',
      { dtype: '<i8', shape: [] },
      [7, 0, 0, 0, 0, 0, 0, 0],
      'k05VTVBZAQB2AHsnZGVzY3InOiAnPGk4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoHAAAAAAAAAA==',
    ],
  ])('writes %s as numpy does', (_, array, bytes, text) => {
    expect(toNpyBase64({ ...array, bytes: Uint8Array.from(bytes) })).toBe(text);
  });
});
