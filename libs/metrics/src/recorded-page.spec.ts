import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { AdmissionMetrics } from './admission-metrics.js';
import { EngineMetrics } from './engine-metrics.js';
import { HttpMetrics } from './http-metrics.js';
import { registryPage } from './registry-page.js';
import { ToolParserMetrics } from './tool-parser-metrics.js';

/** `/metrics` of vLLM 0.32 after mixed requests to one engine. */
const recorded = readFileSync(join(import.meta.dirname, 'testing/metrics-0.32.txt'), 'utf8');

/** Of the interpreter and its process, not of the server. */
const ofThePlatform = /^(python|process)_/;

/** TYPE lines and samples without values: names, labels with their values, buckets. */
function shape(page: string): string[] {
  const lines = page.split('\n').filter((line) => line !== '' && !line.startsWith('# HELP'));
  const names = lines.map((line) => (line.startsWith('#') ? line : line.slice(0, line.lastIndexOf(' '))));
  return names.filter((line) => !ofThePlatform.test(line.replace('# TYPE ', ''))).sort();
}

/** vLLM's own server knows settings of its engines that these do not tell anybody. */
function withoutCacheSettings(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/^(vllm:cache_config_info)\{.*/, '$1'));
}

/** The registry of a server that was asked what the recorded one was. */
function serverRegistry(): Registry {
  const registry = new Registry();
  const modelName = 'tiny';
  const cacheConfig = { block_size: '128', num_gpu_blocks: '32768' };
  new EngineMetrics({ registry, modelName, engineCount: 1, maxModelLen: 8192, cacheConfig });
  new AdmissionMetrics({ registry, modelName });
  new ToolParserMetrics({ registry, modelName });
  const http = new HttpMetrics(registry);
  for (const [, handler, method, status] of recorded.matchAll(
    /^http_requests_total\{handler="(.*)",method="(.*)",status="(.)xx"\}/gm,
  )) {
    http.observe({ method, handler, status: Number(status) * 100, seconds: 1, requestBytes: 1, responseBytes: 1 });
  }
  return registry;
}

describe('the page of a server', () => {
  it('has the series of vLLM’s, with the same names, types, labels and buckets', async () => {
    const page = await registryPage(serverRegistry(), { created: true });
    expect(withoutCacheSettings(shape(page))).toEqual(withoutCacheSettings(shape(recorded)));
  });

  it('leaves out when they began where nobody wants to know', async () => {
    const page = await registryPage(serverRegistry(), { created: false });
    const lines = shape(recorded).filter((line) => !/_created\b/.test(line));
    expect(withoutCacheSettings(shape(page))).toEqual(withoutCacheSettings(lines));
  });
});
