import { describe, expect, it } from 'vitest';
import { ParserRegistry } from './parser.registry.js';

const definition = (name: string, ...models: readonly RegExp[]) => ({ name, models });
const registry = (...definitions: readonly ReturnType<typeof definition>[]) =>
  new ParserRegistry('tool call parser', definitions);

describe('parser registry', () => {
  it('finds a definition by name and lists all', () => {
    const [one, other] = [definition('b'), definition('a')];
    expect(registry(one, other).mustFind('a')).toBe(other);
    expect(registry(one, other).names).toEqual(['a', 'b']);
  });

  it('names the choices when there is no such parser', () => {
    expect(() => registry(definition('b'), definition('a')).mustFind('x')).toThrow(
      'invalid tool call parser: x (chose from { a,b })',
    );
  });

  it('refuses two of a name', () => {
    expect(() => registry(definition('a'), definition('a'))).toThrow('tool call parser "a" is registered twice');
  });

  it.each([
    [['org/Big-2-Coder'], 'coder'],
    [['org/Big-2'], 'big'],
    [['org/other', 'BIG'], 'big'],
    [['big', 'big-2-coder'], 'big'],
    [['org/other'], undefined],
    [[], undefined],
  ])('finds the one for a model called %j', (names, expected) => {
    const parsers = registry(definition('big', /big/gi), definition('coder', /coder/i, /big-2-coder/i));
    // Twice: a pattern may keep a place.
    parsers.findForModel(names);
    expect(parsers.findForModel(names)?.name).toBe(expected);
  });

  it('takes others in, in the place of those of the same name', () => {
    const [old, other, young] = [definition('a'), definition('b'), definition('a', /x/)];
    const both = registry(old, other).with([young]);
    expect(both.names).toEqual(['a', 'b']);
    expect(both.mustFind('a')).toBe(young);
  });
});
