import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { startProgress } from './start-progress.js';

function capture(isTTY: boolean): { readonly stream: Writable & { isTTY: boolean }; readonly text: () => string } {
  let text = '';
  const stream = new Writable({
    write: (chunk, _, done) => {
      text += String(chunk);
      done();
    },
  });
  return { stream: Object.assign(stream, { isTTY }), text: () => text };
}

describe('startProgress', () => {
  it('writes a plain line per stage where nobody watches', () => {
    const { stream, text } = capture(false);
    const progress = startProgress(stream, 2);
    progress.stage('Reading');
    progress.detail('half of it');
    progress.stage('Starting');
    progress.done();
    expect(text()).toBe('Reading\nStarting\n');
    expect(progress.lines).toBeUndefined();
  });
});
