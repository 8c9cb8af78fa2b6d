import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineSplitter } from './line-splitter.js';

function split(chunks: readonly string[]): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  chunks.forEach((chunk) => splitter.push(chunk));
  splitter.finish();
  return lines;
}

describe('LineSplitter', () => {
  it.each([
    ['lines and a last one without an end', 'a\nb\nc', ['a', 'b', 'c']],
    ['Windows ends and empty lines', 'a\r\n\r\n\nb\r\n', ['a', 'b']],
    ['the steps of a progress bar', '10 %\r20 %\r', ['10 %', '20 %']],
    ['colours', '\u001b[36mINFO\u001b[0m ready\n', ['INFO ready']],
    ['control characters', 'a\u0007b\u0000\n', ['a b']],
    ['nothing', '', []],
  ])('reads %s however it arrives', (_, text, expected) => {
    fc.assert(
      fc.property(fc.array(fc.nat(text.length)), (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), text.length];
        expect(split(edges.slice(1).map((edge, index) => text.slice(edges[index], edge)))).toEqual(expected);
      }),
    );
  });

  it('cuts what has no line end', () => {
    expect(split(['x'.repeat(10_000), 'x'.repeat(10_000)]).map((line) => line.length)).toEqual([8_192, 8_192, 3_616]);
  });
});
