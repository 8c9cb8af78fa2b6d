import { describe, expect, it } from 'vitest';
import { toNpyBase64 } from './to-npy.js';

describe('toNpyBase64', () => {
  // Recorded: numpy.save of numpy 2.4.
  it.each<[string, string, number[], number[], string]>([
    [
      'three dimensions of 16 bits',
      '<i2',
      [3, 2, 1],
      [0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0],
      'k05VTVBZAQB2AHsnZGVzY3InOiAnPGkyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsIDIsIDEpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAEAAgADAAQABQA=',
    ],
    [
      'no rows',
      '|u1',
      [0, 2, 1],
      [],
      'k05VTVBZAQB2AHsnZGVzY3InOiAnfHUxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDAsIDIsIDEpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo=',
    ],
    [
      'one dimension',
      '<i4',
      [3],
      [0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0],
      'k05VTVBZAQB2AHsnZGVzY3InOiAnPGk0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAQAAAAIAAAA=',
    ],
    [
      'a long dimension',
      '|u1',
      [12345678901, 0],
      [],
      'k05VTVBZAQB2AHsnZGVzY3InOiAnfHUxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEyMzQ1Njc4OTAxLCAwKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo=',
    ],
    [
      'no dimension',
      '<i8',
      [],
      [7, 0, 0, 0, 0, 0, 0, 0],
      'k05VTVBZAQB2AHsnZGVzY3InOiAnPGk4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoHAAAAAAAAAA==',
    ],
  ])('writes %s as numpy does', (_, dtype, shape, bytes, text) => {
    expect(toNpyBase64({ dtype, shape, bytes: Uint8Array.from(bytes) })).toBe(text);
  });
});
