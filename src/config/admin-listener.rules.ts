import type { HttpConfig } from './http.config.js';

/** What is wrong with the second listener. */
export function adminListenerProblems({ adminHost, adminPort, host, port, uds }: HttpConfig): readonly string[] {
  if (adminPort === undefined) return adminHost === undefined ? [] : ['--admin-host needs --admin-port'];
  const isSame = adminPort !== 0 && adminPort === port && (adminHost ?? host) === host && uds === undefined;
  return isSame ? ['--admin-port must not be the port of --port'] : [];
}
