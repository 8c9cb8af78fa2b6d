import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FileWatch } from './file-watch.js';

let directory: string;
let watch: FileWatch | undefined;
const changed = vi.fn();
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'aerie-watch-'));
  vi.useFakeTimers();
});
afterEach(() => {
  watch?.stop();
  vi.useRealTimers();
  changed.mockReset();
  rmSync(directory, { recursive: true });
});

const at = (...names: readonly string[]): string => join(directory, ...names);
/** Changes told at the next look. */
const look = (): number => {
  changed.mockClear();
  vi.advanceTimersByTime(1_000);
  return changed.mock.calls.length;
};

describe('FileWatch', () => {
  it('tells once of what is written, removed and renamed, and not of the same again', () => {
    writeFileSync(at('a'), '1');
    watch = new FileWatch([at('a'), at('b')]);
    watch.follow(changed);
    expect(look()).toBe(0);
    writeFileSync(at('a'), '2');
    expect([look(), look()]).toEqual([1, 0]);
    writeFileSync(at('a'), '2');
    expect(look()).toBe(0);
    writeFileSync(at('b'), '');
    expect(look()).toBe(1);
    rmSync(at('a'));
    expect([look(), look()]).toEqual([1, 0]);
    writeFileSync(at('next'), '3');
    renameSync(at('next'), at('a'));
    expect(look()).toBe(1);
    watch.stop();
    writeFileSync(at('a'), '4');
    expect(look()).toBe(0);
  });

  it('tells of what changed before it was followed', () => {
    writeFileSync(at('a'), '1');
    watch = new FileWatch([at('a')]);
    writeFileSync(at('a'), '2');
    watch.follow(changed);
    expect([look(), look()]).toEqual([1, 0]);
  });

  it('looks through links to folders', () => {
    for (const name of ['first', 'second']) {
      mkdirSync(at(name));
      writeFileSync(at(name, 'a'), name);
    }
    symlinkSync('first', at('..data'));
    symlinkSync('..data/a', at('a'));
    watch = new FileWatch([at('a')]);
    watch.follow(changed);
    symlinkSync('second', at('..data_tmp'));
    renameSync(at('..data_tmp'), at('..data'));
    expect(look()).toBe(1);
  });
});
