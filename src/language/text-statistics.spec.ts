import { setImmediate as nextTurn } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { EngineMetrics } from '@app/metrics';
import type { TokenStats } from '@app/text';
import { TextStatistics } from './text-statistics.js';

function statistics() {
  const registry = new Registry();
  const metrics = new EngineMetrics({ registry, modelName: 'm', engineCount: 2, maxModelLen: 64, cacheConfig: {} });
  const valuesOf = async (name: string) => {
    const lines = (await registry.metrics()).split('\n').filter((line) => line.startsWith(`${name}{`));
    return lines.map((line) => Number(line.slice(line.lastIndexOf(' ') + 1)));
  };
  return { statistics: new TextStatistics(metrics), valuesOf };
}

const tokens = (timestamp: number, generatedTokens: number): TokenStats => ({
  ...{ timestamp, generatedTokens, first: undefined, interTokenSeconds: undefined },
});

describe('TextStatistics', () => {
  it('counts for the engine that served, and one step of an engine as one, whatever comes in between', async () => {
    const { statistics: heard, valuesOf } = statistics();
    heard.onTokens(tokens(1, 2), 0);
    heard.onTokens(tokens(7, 1), 1);
    heard.onTokens(tokens(1, 3), 0);
    heard.onTokens(tokens(2, 1), 0);
    await nextTurn();
    expect(await valuesOf('vllm:generation_tokens_total')).toEqual([6, 1]);
    expect(await valuesOf('vllm:iteration_tokens_total_count')).toEqual([2, 1]);
    heard.onRequestFinished({ sampleCount: 1, maxGenerationTokens: 4 }, 1);
    expect(await valuesOf('vllm:request_params_n_count')).toEqual([0, 1]);
  });
});
