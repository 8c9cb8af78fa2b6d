import { describe, expect, it } from 'vitest';
import { ParserRegistry } from './parser.registry.js';

describe('parser registry', () => {
  it('finds a definition by name and lists all', () => {
    const registry = new ParserRegistry('tool call parser', [{ name: 'b' }, { name: 'a' }]);
    expect(registry.mustFind('a')).toEqual({ name: 'a' });
    expect(registry.names).toEqual(['a', 'b']);
  });

  it('names the choices when there is no such parser', () => {
    const registry = new ParserRegistry('tool call parser', [{ name: 'b' }, { name: 'a' }]);
    expect(() => registry.mustFind('x')).toThrow('invalid tool call parser: x (chose from { a,b })');
  });

  it('refuses two of a name', () => {
    expect(() => new ParserRegistry('reasoning parser', [{ name: 'a' }, { name: 'a' }])).toThrow(
      'reasoning parser "a" is registered twice',
    );
  });
});
