import { anyEngineOutputs } from '@testing/engine-protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KNOWN_RELEASES } from '../layout/release-layouts.js';
import { layoutForRelease } from '../layout/wire-layout.js';
import { engineIndexOf } from './engine-index.js';
import { WireCodec } from './wire-codec.js';

describe('engineIndexOf', () => {
  const codecs = KNOWN_RELEASES.map((release) => new WireCodec(layoutForRelease(release)));

  it('tells the engine of every message that a codec writes', () => {
    fc.assert(
      fc.property(anyEngineOutputs, fc.nat(0xffff), fc.constantFrom(...codecs), (outputs, engineIndex, codec) => {
        const [payload] = codec.encodeOutputs({ ...outputs, engineIndex });
        expect(engineIndexOf(payload)).toBe(engineIndex);
      }),
    );
  });

  it.each([
    ['', undefined],
    ['90', undefined],
    ['91', undefined],
    ['99c0', undefined],
    ['99cc', undefined],
    ['99cd01', undefined],
    ['99ce00000001', undefined],
    ['99ff', undefined],
    ['8100', undefined],
    ['454e47494e455f434f52455f44454144', undefined],
    ['dc001005', 5],
    ['dc0010cd0102', 0x102],
    ['dc00', undefined],
    ['99cc80', 0x80],
  ])('reads %s as %s', (hex, expected) => {
    expect(engineIndexOf(Buffer.from(hex, 'hex'))).toBe(expected);
  });
});
