import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { CURRENT_RELEASE, layoutForRelease, WireCodec } from '@app/engine-protocol';
import { createLogger } from '@app/logging';
import { until } from '@support/metrics';
import { openSocket } from '@support/raw-http';
import { startTestServer } from '@support/test-server';
import type { TestServer } from '@support/test-server';
import { loadTinyModel } from '@support/tiny-model';

let server: TestServer | undefined;
afterEach(() => server?.close());

function completion(more: object, headers = ''): string {
  const body = JSON.stringify({ prompt: 'Hello', max_tokens: 100, ...more });
  return (
    'POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n' +
    `Content-Length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`
  );
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function serverLoad(url: string): Promise<number> {
  return ((await (await fetch(`${url}/load`)).json()) as { server_load: number }).server_load;
}

const wire = new WireCodec(layoutForRelease(CURRENT_RELEASE));

describe('clients that leave at any moment', () => {
  it('leave nothing behind: no request, no listener, no line in the log', async () => {
    const lines: string[] = [];
    const warnings: Error[] = [];
    const keep = (warning: Error): void => void warnings.push(warning);
    process.on('warning', keep);
    const logger = createLogger({ level: 'warn', destination: { write: (line) => void lines.push(line) } });
    const argv = ['--enable-server-load-tracking'];
    server = await startTestServer({ model: await loadTinyModel(), logger, argv });
    const { url, engine } = server;

    /** The later it leaves, the further its request has come: 0 = at once, 3 = in the middle of the answer. */
    const visit = async (index: number): Promise<void> => {
      const socket = await openSocket(url);
      socket.on('error', () => undefined);
      socket.write(completion({ stream: index % 2 === 0, n: 1 + (index % 3), request_id: `visit-${index}` }));
      for (let turns = index % 4; turns > 0; turns -= 1) {
        await nextTurn();
      }
      if (index % 5 === 0) {
        socket.resetAndDestroy();
      } else {
        socket.destroy();
      }
      await once(socket, 'close');
    };
    for (let batch = 0; batch < 20; batch += 1) {
      await Promise.all(Array.from({ length: 25 }, (_, index) => visit(batch * 25 + index)));
    }
    await until(async () => (await serverLoad(url)) === 0);
    await until(async () => {
      await nextTurn();
      const aborted = new Set(engine.aborted);
      return engine.requests.every(({ request }) => aborted.has(request.requestId));
    });

    // A late answer of the engine finds nobody, and harms nobody.
    const outputs = engine.requests.map(({ request: { requestId } }) => ({
      requestId,
      newTokenIds: [261],
      finishReason: 'length' as const,
    }));
    engine.server.sendRaw(wire.encodeOutputs({ engineIndex: 0, timestamp: 1, outputs }));
    await engine.client.utility('is_sleeping', []);
    expect(engine.requests.length).toBeGreaterThan(0);
    process.removeListener('warning', keep);
    expect({ lines, warnings }).toEqual({ lines: [], warnings: [] });
  });
});

describe('requests that do not wait for the answers before them', () => {
  it('are answered in order on their connection, whole and streamed', async () => {
    server = await startTestServer({ model: await loadTinyModel() });
    const { engine } = server;
    const socket = await openSocket(server.url);
    const count = 12;
    for (let index = 0; index < count; index += 1) {
      const last = index === count - 1 ? 'Connection: close\r\n' : '';
      socket.write(completion({ stream: index % 2 === 0, request_id: `piped-${index}` }, last));
    }
    await until(async () => {
      await nextTurn();
      return engine.requests.length === count;
    });
    // The engine is done with the last one first.
    for (const arrived of [...engine.requests].reverse()) arrived.say({ newTokenIds: [261], finishReason: 'length' });
    let received = '';
    for await (const chunk of socket) {
      received += (chunk as Buffer).toString();
    }
    const order = [...received.matchAll(/"id":"cmpl-piped-(\d+)"/g)].map(([, index]) => Number(index));
    expect([...new Set(order)]).toEqual(Array.from({ length: count }, (_, index) => index));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(received.match(/data: \[DONE\]/g)).toHaveLength(count / 2);
    expect(received.match(/"usage":\{/g)).toHaveLength(count / 2);
  });
});
