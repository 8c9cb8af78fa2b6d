import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fromFaultStatus } from '@app/engine-protocol';
import { loadConfig } from '@server/index';
import { startTestServer } from '@support/test-server';
import type { TestServer } from '@support/test-server';

const FLAGS = ['--enable-fault-tolerance', '--data-parallel-external-lb'];

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({
    argv: FLAGS,
    engine: { utilities: { handle_fault_tolerance: { result: { request_id: 'x', success: true } } } },
  });
});
afterAll(() => server.close());

async function apply(body: string): Promise<readonly [status: number, body: Record<string, unknown>]> {
  const response = await fetch(`${server.url}/fault_tolerance/apply`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  return [response.status, (await response.json()) as Record<string, unknown>];
}

async function engines(): Promise<unknown> {
  const status = (await (await fetch(`${server.url}/fault_tolerance/status`)).json()) as Record<string, unknown>;
  expect(status).toMatchObject({ schema_version: 1, total_engines: 1 });
  return status.engines;
}

/** The front end has it when this resolves. */
async function tell(status: string, faultInfo?: string): Promise<void> {
  server.engine.server.notify(fromFaultStatus({ rank: 0, status, faultInfo }));
  await server.engine.client.utility('is_sleeping', []);
}

describe('fault tolerance', () => {
  it('is healthy until an engine says otherwise, and no instruction is sent before', async () => {
    expect(await engines()).toEqual([{ id: 0, status: 'healthy' }]);
    const [status, accepted] = await apply('{"instruction":"retry"}');
    const { request_id: id, ...rest } = accepted;
    expect([status, rest]).toEqual([202, { message: 'Request accepted; poll /fault_tolerance/status for updates.' }]);
    await vi.waitFor(async () =>
      expect(await engines()).toEqual([
        {
          id: 0,
          status: 'healthy',
          last_ft_request_id: id,
          ft_error: 'retry was not sent: no engine is unhealthy',
        },
      ]),
    );
    expect(server.engine.calls.map(([method]) => method)).not.toContain('handle_fault_tolerance');
  });

  it('instructs an engine that waits, and hears when it is well again', async () => {
    await tell('unhealthy', 'RuntimeError');
    expect(await engines()).toMatchObject([{ id: 0, status: 'unhealthy', fault_info: 'RuntimeError' }]);
    const [status, { request_id }] = await apply('{"instruction":"retry","params":{"a":1}}');
    expect(status).toBe(202);
    await vi.waitFor(() =>
      expect(server.engine.calls).toContainEqual([
        'handle_fault_tolerance',
        [{ instruction: 'retry', params: { a: 1 }, request_id }],
      ]),
    );
    await tell('healthy');
    await vi.waitFor(async () => expect(await engines()).toEqual([{ id: 0, status: 'healthy' }]));
  });

  it('tells why an instruction failed', async () => {
    await tell('unhealthy');
    const refusal = [{ request_id: 'x', success: false, reason: 'no executor' }];
    const spy = vi.spyOn(server.engine.client, 'callEach').mockResolvedValueOnce(refusal);
    const [, { request_id }] = await apply('{"instruction":"retry"}');
    await vi.waitFor(async () =>
      expect(await engines()).toMatchObject([{ last_ft_request_id: request_id, ft_error: 'no executor' }]),
    );
    spy.mockRestore();
    await tell('healthy');
  });

  it.each([
    ['{', 'Invalid JSON format'],
    ['', 'Invalid JSON format'],
    ['[]', 'Request body must be a JSON object.'],
    ['{}', "'instruction' is required."],
    ['{"instruction":"reboot"}', "Invalid instruction: 'reboot'."],
    ['{"instruction":"retry","params":[]}', "'params' must be an object."],
  ])('refuses %j', async (body, message) => {
    expect(await apply(body)).toEqual([400, { error: { message, type: 'Bad Request', param: null, code: 400 } }]);
  });

  it('needs a balancer outside, and one API server', () => {
    expect(() => loadConfig({ argv: ['m', '--enable-fault-tolerance'] })).toThrow(
      'Fault tolerance requires external load balancer mode',
    );
    expect(() => loadConfig({ argv: ['m', ...FLAGS, '--api-server-count', '2'] })).toThrow(
      '--enable-fault-tolerance needs --api-server-count 1',
    );
  });

  it('has no routes without the flag', async () => {
    const plain = await startTestServer();
    expect((await fetch(`${plain.url}/fault_tolerance/status`)).status).toBe(404);
    await plain.close();
  });
});
