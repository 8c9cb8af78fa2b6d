import type { ServerConfig } from '@server/config/index';
import { toReadyText } from './to-ready-text.js';

export interface ReadyServer {
  readonly url: string;
  readonly config: ServerConfig;
  readonly tasks: readonly string[];
}

/** Tells whoever started the server that it is ready. */
export function announce({ url, config, tasks }: ReadyServer): void {
  const { servedModelName, model } = config.model;
  const needsKey = config.auth.apiKey.length > 0;
  const secure = config.tls.sslCertfile !== undefined;
  process.stdout.write(toReadyText({ url, model: servedModelName[0] ?? model, tasks, needsKey, secure }));
}
