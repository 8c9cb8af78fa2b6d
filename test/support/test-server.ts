import { createServer, loadConfig } from '@server/index';
import type { AerieServer, LoadedModel } from '@server/index';
import type { Logger } from '@app/logging';
import { FakeEngine } from './fake-engine.js';

export interface TestServerOptions {
  /** As after `aerie serve`. */
  readonly argv?: readonly string[] | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly engine?: FakeEngine | undefined;
  readonly model?: LoadedModel | undefined;
  readonly logger?: Logger | undefined;
}

export interface TestServer {
  readonly server: AerieServer;
  readonly engine: FakeEngine;
  /** `http://127.0.0.1:<free port>` */
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** A real server on a free port of the loopback, over a fake engine. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { argv = [], env = {}, engine = new FakeEngine(), model, logger } = options;
  const { config } = loadConfig({ argv: ['tiny-chat', ...argv], env });
  const server = await createServer({ config, engine, model, logger });
  await server.listen({ host: '127.0.0.1', port: 0 });
  return { server, engine, url: server.url, close: () => server.close() };
}
