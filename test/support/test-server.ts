import { createServer, loadConfig } from '@server/index';
import type { AerieServer, LoadedModel } from '@server/index';
import type { Logger } from '@app/logging';
import { TestEngine } from './test-engine.js';
import type { TestEngineOptions } from './test-engine.js';

export interface TestServerOptions {
  /** As after `aerie serve`. */
  readonly argv?: readonly string[] | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly engine?: TestEngineOptions | undefined;
  /** Without a model nothing is generated. */
  readonly model?: LoadedModel | undefined;
  readonly logger?: Logger | undefined;
}

export interface TestServer {
  readonly server: AerieServer;
  readonly engine: TestEngine;
  /** `http://127.0.0.1:<free port>` */
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** On a machine that stands still for seconds, clients must not meet a connection that is just being closed, and ask twice. */
const KEEP_CONNECTIONS = ['--keep-alive-timeout', '600'];

/** A real server on a free port of the loopback, over a scripted engine. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { argv = [], env = {}, model, logger } = options;
  const { config } = loadConfig({ argv: ['tiny-chat', ...KEEP_CONNECTIONS, ...argv], env });
  const engine = await TestEngine.start(options.engine ?? { tasks: model ? ['generate'] : [] });
  const server = await createServer({ config, engine: engine.client, model, logger });
  const { adminPort } = config.http;
  await server.listen(
    { host: '127.0.0.1', port: 0 },
    adminPort === undefined ? undefined : { host: '127.0.0.1', port: adminPort },
  );
  const close = async (): Promise<void> => {
    await server.close();
    await engine.close();
  };
  return { server, engine, url: server.url, close };
}
