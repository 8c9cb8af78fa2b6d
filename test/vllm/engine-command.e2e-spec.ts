import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAerie } from '@support/aerie-process';
import type { AerieProcess } from '@support/aerie-process';
import { allEnded } from '@support/child-processes';
import { complete, health, startStream } from './ask.js';
import { START_TIMEOUT_MS } from './attached-aerie.js';
import { showOutputOfFailures } from './show-failures.js';
import { MODEL, MODEL_ARGS, SERVED_NAME as model, VLLM_ENVIRONMENT, vllmServeCommand } from './vllm-process.js';

let aerie: AerieProcess;

beforeAll(async () => {
  const command = [...vllmServeCommand(), ...MODEL_ARGS].join(' ');
  aerie = await startAerie(
    [
      MODEL,
      '--served-model-name',
      model,
      '--engine-command',
      command,
      '--engine-restart',
      '--engine-stop-timeout',
      '20',
    ],
    { env: VLLM_ENVIRONMENT, readyTimeoutMs: START_TIMEOUT_MS },
  );
});

afterAll(() => aerie?.stop());
showOutputOfFailures(() => aerie?.output());

/** Of every engine core that was started, in order. */
const enginePids = (): number[] => [
  ...new Set([...aerie.output().matchAll(/\(EngineCore pid=(\d+)\)/g)].map(([, pid]) => Number(pid))),
];

describe('a vLLM engine that Aerie starts itself', () => {
  it('serves, and its lines are in the log', async () => {
    expect(await (await complete(aerie.url, {})).json()).toMatchObject({ usage: { completion_tokens: 8 } });
    expect(aerie.output()).toMatch(/info {2}engine: \(EngineCore pid=\d+\) INFO/);
  });

  it('is started again after kill -9, and serves', async () => {
    const stream = await startStream(aerie.url, { max_tokens: 2000 });
    process.kill(enginePids()[0], 'SIGKILL');
    expect(await stream.ended).toMatch(/"error":.*data: \[DONE\]\n\n$/s);
    expect(await health(aerie.url)).toBe(503);
    expect((await complete(aerie.url, {})).status).toBe(503);
    await aerie.said('the engine was restarted and serves again');
    expect(await health(aerie.url)).toBe(200);
    expect(await (await complete(aerie.url, {})).json()).toMatchObject({ usage: { completion_tokens: 8 } });
  });

  it('ends with the server', async () => {
    expect(await aerie.stop()).toBe(0);
    const pids = enginePids();
    expect(pids).toHaveLength(2);
    await allEnded(pids);
  });
});
