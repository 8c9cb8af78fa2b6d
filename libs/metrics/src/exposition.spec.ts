import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { birthsOf } from './births.js';
import { floatText } from './exposition.js';
import { registryPage } from './registry-page.js';

describe('floatText', () => {
  // As prometheus_client 0.26 prints them.
  it.each([
    [0, '0.0'],
    [3, '3.0'],
    [-3, '-3.0'],
    [0.1 + 0.2, '0.30000000000000004'],
    [0.001, '0.001'],
    [0.0001, '0.0001'],
    [0.00005, '5e-05'],
    [123456.75, '123456.75'],
    [1_000_000, '1e+06'],
    [1077095872, '1.077095872e+09'],
    [1795361442.5885584, '1.7953614425885584e+09'],
    [Infinity, '+Inf'],
    [-Infinity, '-Inf'],
    [NaN, 'NaN'],
  ])('%d is %s', (value, text) => {
    expect(floatText(value)).toBe(text);
  });
});

describe('the page', () => {
  afterEach(() => void vi.useRealTimers());

  it('has labels in alphabetical order, escaped, and the time at which tracked series began', async () => {
    vi.useFakeTimers({ now: 1_000_000_000 });
    const registry = new Registry();
    const registers = [registry];
    const births = birthsOf(registry);
    const count = new Counter({ name: 'asked_total', help: 'Of\nall.', labelNames: ['z', 'a'], registers });
    const size = new Histogram({ name: 'size', help: 'Size.', buckets: [0.5, 1], registers });
    new Gauge({ name: 'open', help: 'Open.', registers }).set(2);
    births.track('asked_total');
    births.note('asked_total', { z: 'say "\\"\n', a: '1' });
    vi.setSystemTime(2_000_000_000);
    births.note('asked_total', { a: '1', z: 'say "\\"\n' });
    births.note('asked_total', { a: '2', z: '' });
    count.inc({ z: 'say "\\"\n', a: '1' }, 1);
    count.inc({ a: '2', z: '' }, 4);
    size.observe(0.7);
    expect(await registryPage(registry, { created: true })).toBe(
      String.raw`# HELP asked_total Of\nall.
# TYPE asked_total counter
asked_total{a="1",z="say \"\\\"\n"} 1.0
asked_total{a="2",z=""} 4.0
# HELP asked_created Of\nall.
# TYPE asked_created gauge
asked_created{a="1",z="say \"\\\"\n"} 1e+06
asked_created{a="2",z=""} 2e+06
# HELP size Size.
# TYPE size histogram
size_bucket{le="0.5"} 0.0
size_bucket{le="1.0"} 1.0
size_bucket{le="+Inf"} 1.0
size_sum 0.7
size_count 1.0
# HELP open Open.
# TYPE open gauge
open 2.0
`,
    );
  });
});
