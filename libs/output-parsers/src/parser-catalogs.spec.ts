import { describe, expect, it } from 'vitest';
import { exceptionNames, fixtureNames, loadExceptions, loadFixture } from '@testing/output-parsers';
import { reasoningParsers } from './reasoning/reasoning-parser.catalog.js';
import { toolParsers } from './tool/tool-parser.catalog.js';

const recordedNames = (kind: 'tool' | 'reasoning') =>
  fixtureNames(kind)
    .flatMap((file) => loadFixture(kind, file).names)
    .sort();

describe('parser catalogues', () => {
  it('have every tool parser of vLLM', () => {
    expect(toolParsers.names).toEqual(recordedNames('tool'));
    expect(toolParsers.names).toHaveLength(58);
  });

  it('have every reasoning parser of vLLM, and one of our own', () => {
    expect(reasoningParsers.names.filter((name) => name !== 'think_tag')).toEqual(recordedNames('reasoning'));
    expect(reasoningParsers.names).toHaveLength(42 + 1);
  });
});

describe.each(['tool', 'reasoning'] as const)('exceptions of %s parsers', (kind) => {
  it.each(exceptionNames(kind))('name recorded cases of %s, and why', (name) => {
    const ids = new Set(loadFixture(kind, name).cases.map(({ id }) => id));
    const exceptions = Object.entries(loadExceptions(kind, name));
    expect(exceptions.filter(([id, reason]) => !ids.has(id) || reason.trim().length < 20)).toEqual([]);
    expect(exceptions).not.toEqual([]);
  });
});
