import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { ConfigProblemsError, findSmallFile } from '@server/config/index';
import type { TlsConfig } from '@server/config/index';

/** What of Node's `TlsOptions` the operator decides; certificates and keys as PEM text. */
export interface ServerTls {
  readonly cert: string;
  readonly key: string;
  /** Undefined: no certificate of a client is good. */
  readonly ca: string | undefined;
  readonly ciphers: string | undefined;
  readonly requestCert: boolean;
  readonly rejectUnauthorized: boolean;
}

/** Values of `--ssl-cert-reqs`, those of Python's `ssl.CERT_*`. */
const [CERT_NONE, CERT_REQUIRED] = [0, 2];

/**
 * Reads the certificate, its key and the authorities, and tries them together. Undefined without `--ssl-certfile`.
 * Throws `ConfigProblemsError` with everything that is wrong, each by its flag; nothing of a key is ever repeated.
 */
export function readTls(config: TlsConfig): ServerTls | undefined {
  const { sslCertfile, sslKeyfile, sslCaCerts, sslCiphers: ciphers, sslCertReqs } = config;
  if (sslCertfile === undefined) return undefined;
  const problems: string[] = [];
  const cert = readPem(['--ssl-certfile', sslCertfile], 'CERTIFICATE', problems);
  const keySource =
    sslKeyfile === undefined ? (['--ssl-certfile', sslCertfile] as const) : (['--ssl-keyfile', sslKeyfile] as const);
  const key = cert === undefined ? undefined : readPem(keySource, 'PRIVATE KEY', problems);
  const ca = sslCaCerts === undefined ? undefined : readPem(['--ssl-ca-certs', sslCaCerts], 'CERTIFICATE', problems);
  if (problems.length === 0) {
    problems.push(
      ...trial(`${keySource.join(' ')} with --ssl-certfile ${sslCertfile}`, () => createSecureContext({ cert, key })),
      ...trial(`--ssl-ca-certs ${sslCaCerts}`, () => mustBeCertificates(ca ?? '')),
      ...trial('--ssl-ciphers', () => createSecureContext({ ciphers })),
    );
  }
  if (cert === undefined || key === undefined || problems.length > 0) throw new ConfigProblemsError(problems);
  const requestCert = sslCertReqs !== CERT_NONE;
  // Where a certificate is optional, the server looks at it itself: see `createHttpServer`.
  return { cert, key, ca, ciphers, requestCert, rejectUnauthorized: sslCertReqs === CERT_REQUIRED };
}

type PemSource = readonly [flag: string, path: string];

function readPem([flag, path]: PemSource, kind: 'CERTIFICATE' | 'PRIVATE KEY', problems: string[]): string | undefined {
  const text = findSmallFile(path);
  const problem =
    text === undefined
      ? `cannot read ${path}`
      : kind === 'PRIVATE KEY' && /-----BEGIN ENCRYPTED |^Proc-Type: 4,ENCRYPTED/m.test(text)
        ? `the key in ${path} is encrypted, and nobody is there to give its passphrase: decrypt it`
        : new RegExp(`-----BEGIN [A-Z ]*${kind}-----`).test(text)
          ? undefined
          : `there is no ${kind.toLowerCase()} in ${path}`;
  if (problem !== undefined) problems.push(`${flag}: ${problem}`);
  return text;
}

function trial(subject: string, read: () => unknown): string[] {
  try {
    read();
    return [];
  } catch (error) {
    return [`${subject}: ${opensslReason(error)}`];
  }
}

/** A secure context skips authorities that it cannot read. */
function mustBeCertificates(pem: string): void {
  const begun = pem.match(/-----BEGIN [A-Z0-9 ]*CERTIFICATE-----/g) ?? [];
  const certificates = pem.match(/-----BEGIN ([A-Z0-9 ]*CERTIFICATE)-----[^-]*-----END \1-----/g) ?? [];
  certificates.forEach((certificate) => new X509Certificate(certificate));
  if (certificates.length < begun.length) throw new Error('a certificate in it is cut off');
}

/** OpenSSL's word for it, without its codes: `error:05800074:x509 certificate routines::key values mismatch`. */
function opensslReason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('::').at(-1) ?? message;
}
