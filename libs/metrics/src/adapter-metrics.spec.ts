import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { AdapterMetrics } from './adapter-metrics.js';

describe('AdapterMetrics', () => {
  it('lists the adapters that wait and those that run, in one series', async () => {
    const registry = new Registry();
    const metrics = new AdapterMetrics(registry, 4);
    const labels = async () => {
      metrics.update();
      const [{ values }] = await registry.getMetricsAsJSON();
      expect(values.map(({ value }) => Math.abs(value - Date.now() / 1000) < 10)).toEqual([true]);
      const [
        {
          labels: { max_lora: max, running_lora_adapters: running, waiting_lora_adapters: waiting },
        },
      ] = values;
      return [max, running, waiting];
    };
    expect(await labels()).toEqual(['4', '', '']);
    metrics.place('a', '1', 'waiting');
    metrics.place('a', '2', 'waiting');
    metrics.place('b', '3', 'waiting');
    metrics.place('a', '1', 'running');
    expect(await labels()).toEqual(['4', 'a', 'a,b']);
    metrics.place('a', '2', 'running');
    metrics.place('a', '1', 'over');
    expect(await labels()).toEqual(['4', 'a', 'b']);
    metrics.place('a', '2', 'waiting');
    metrics.place('b', '3', 'over');
    metrics.place('b', '3', 'over');
    expect(await labels()).toEqual(['4', '', 'a']);
  });
});
