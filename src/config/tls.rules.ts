import type { TlsConfig } from './tls.config.js';

/** Options that would be without effect, or would let everybody in, each by its flag. */
export function tlsProblems(tls: TlsConfig): string[] {
  const { sslCertfile, sslKeyfile, sslCaCerts, sslCertReqs, sslCiphers, enableSslRefresh } = tls;
  if (sslCertfile === undefined) {
    const given: readonly (readonly [flag: string, isGiven: boolean])[] = [
      ['--ssl-keyfile', sslKeyfile !== undefined],
      ['--ssl-ca-certs', sslCaCerts !== undefined],
      ['--ssl-cert-reqs', sslCertReqs > 0],
      ['--ssl-ciphers', sslCiphers !== undefined],
      ['--enable-ssl-refresh', enableSslRefresh],
    ];
    return given.filter(([, isGiven]) => isGiven).map(([flag]) => `${flag} needs --ssl-certfile`);
  }
  // Without authorities of the operator's, the certificate of any web site would open the server.
  return sslCertReqs > 0 && sslCaCerts === undefined ? [`--ssl-cert-reqs ${sslCertReqs} needs --ssl-ca-certs`] : [];
}
