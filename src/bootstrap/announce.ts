import type { ServerConfig } from '@server/config/index';
import { toReadyText } from './to-ready-text.js';

export interface ReadyServer {
  readonly url: string;
  readonly adminUrl: string | undefined;
  readonly config: ServerConfig;
  readonly tasks: readonly string[];
}

/** Tells whoever started the server that it is ready. */
export function announce({ url, adminUrl, config, tasks }: ReadyServer): void {
  const { servedModelName, model } = config.model;
  const { apiKey, apiKeysFile } = config.auth;
  const needsKey = apiKey.length > 0 || apiKeysFile !== undefined;
  const secure = config.tls.sslCertfile !== undefined;
  process.stdout.write(toReadyText({ url, adminUrl, model: servedModelName[0] ?? model, tasks, needsKey, secure }));
}
