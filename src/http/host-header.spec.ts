import { describe, expect, it } from 'vitest';
import { hasTwoHosts, isPlainHost } from './host-header.js';

describe('isPlainHost', () => {
  it.each(['localhost', 'localhost:8000', '127.0.0.1:80', '[::1]:8000', 'a-b.example.', 'my_host'])(
    'takes %s',
    (host) => {
      expect(isPlainHost(host)).toBe(true);
    },
  );

  it.each([undefined, '', 'a/health?x', 'a@b', 'a b', '[::1%eth0]', 'a:b', 'a,b', 'a:999999', 'x'.repeat(256)])(
    'refuses %s',
    (host) => {
      expect(isPlainHost(host)).toBe(false);
    },
  );
});

describe('hasTwoHosts', () => {
  it.each([
    [[], false],
    [['Host', 'a', 'Accept', '*'], false],
    [['Accept', 'host', 'Host', 'a'], false],
    [['Host', 'a', 'hOST', 'a'], true],
    [['Host', 'a', 'Accept', '*', 'host', 'b'], true],
  ])('of %j is %s', (rawHeaders, expected) => {
    expect(hasTwoHosts(rawHeaders)).toBe(expected);
  });
});
