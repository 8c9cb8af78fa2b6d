import { describe, expect, it } from 'vitest';
import { createLogger } from './logger.js';

function capture(): { readonly lines: string[]; write(line: string): void } {
  const lines: string[] = [];
  return { lines, write: (line) => void lines.push(line) };
}

describe('createLogger', () => {
  it('writes one readable line with its facts', () => {
    const destination = capture();
    createLogger({ destination }).warn({ engine: 0, reason: 'no answer' }, 'engine is dead');
    expect(destination.lines).toHaveLength(1);
    expect(destination.lines[0]).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} warn {2}engine is dead engine=0 reason="no answer"\n$/,
    );
  });

  it('lets no value forge a second line', () => {
    const destination = capture();
    createLogger({ destination }).info({ id: 'a\n12:00:00.000 error forged\u001b[31m' }, 'request');
    expect(destination.lines.join('').split('\n')).toHaveLength(2);
    expect(destination.lines[0]).not.toContain('\u001b');
  });

  it('writes JSON for collectors', () => {
    const destination = capture();
    createLogger({ format: 'json', destination }).info({ port: 8000 }, 'listening');
    expect(JSON.parse(destination.lines[0])).toMatchObject({ level: 30, port: 8000, msg: 'listening' });
  });

  it('keeps what is below its level to itself', () => {
    const destination = capture();
    createLogger({ level: 'warn', destination }).info({}, 'quiet');
    expect(destination.lines).toEqual([]);
  });
});
