import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '@server/config/index';
import { CertificateAuthority, writeCertificate } from '@support/certificates';
import { readTls } from './read-tls.js';

let directory: string;
const at = (name: string): string => join(directory, name);

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'aerie-tls-'));
  const authority = await CertificateAuthority.create();
  const [own, other, encrypted] = await Promise.all([
    authority.sign('own'),
    authority.sign('other'),
    authority.sign('encrypted', 'a passphrase'),
  ]);
  await writeCertificate(directory, own);
  const files = {
    'ca.pem': authority.cert,
    'both.pem': `${own.cert}\n${own.key}`,
    'other.key': other.key,
    'encrypted.crt': encrypted.cert,
    'encrypted.key': encrypted.key,
    'old-encrypted.key': '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAA==\n',
    'broken.crt': '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
    'cut.pem': `${authority.cert}\n${own.cert.slice(0, 200)}`,
    'large.pem': `${own.cert}${'\n'.repeat(1024 * 1024)}`,
    'empty.pem': '',
  };
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(at(name), text)));
});
afterAll(() => rm(directory, { recursive: true }));

/** `@x` stands for the file x. */
function read(...argv: readonly string[]) {
  const { config } = loadConfig({
    argv: ['m', ...argv.map((word) => word.replace(/^@(.*)$/, (_, name: string) => at(name)))],
  });
  return readTls(config.tls);
}

const PAIR = ['--ssl-certfile', '@tls.crt', '--ssl-keyfile', '@tls.key'];

describe('readTls', () => {
  it('is not there without a certificate', () => {
    expect(read()).toBeUndefined();
  });

  it.each([
    ['0', { requestCert: false, rejectUnauthorized: false }],
    ['1', { requestCert: true, rejectUnauthorized: false }],
    ['2', { requestCert: true, rejectUnauthorized: true }],
  ])('asks for the certificates of clients: %s', (reqs, expected) => {
    const { cert, key, ca, ...rest } = read(...PAIR, '--ssl-ca-certs', '@ca.pem', '--ssl-cert-reqs', reqs) ?? {};
    expect(rest).toEqual(expected);
    expect([cert, key, ca].map((pem) => pem?.split('\n')[0])).toEqual([
      '-----BEGIN CERTIFICATE-----',
      '-----BEGIN PRIVATE KEY-----',
      '-----BEGIN CERTIFICATE-----',
    ]);
  });

  it('finds the key in the file of the certificate', () => {
    expect(read('--ssl-certfile', '@both.pem')?.key).toContain('PRIVATE KEY');
  });

  it.each([
    [['--ssl-keyfile', '@tls.key'], '--ssl-keyfile needs --ssl-certfile'],
    [
      ['--ssl-ca-certs', '@ca.pem', '--ssl-cert-reqs', '2'],
      '--ssl-ca-certs needs --ssl-certfile\n--ssl-cert-reqs needs --ssl-certfile',
    ],
    [[...PAIR, '--ssl-cert-reqs', '2'], '--ssl-cert-reqs 2 needs --ssl-ca-certs'],
    [
      [...PAIR, '--ssl-cert-reqs', '3'],
      '--ssl-cert-reqs: must not be greater than 2\n--ssl-cert-reqs 3 needs --ssl-ca-certs',
    ],
    [
      ['--ssl-certfile', '@nobody', '--ssl-ca-certs', '@nothing'],
      '--ssl-certfile: cannot read @nobody\n--ssl-ca-certs: cannot read @nothing',
    ],
    [['--ssl-certfile', '@.'], '--ssl-certfile: cannot read @.'],
    [['--ssl-certfile', '@large.pem'], '--ssl-certfile: cannot read @large.pem'],
    [
      ['--ssl-certfile', '@empty.pem'],
      '--ssl-certfile: there is no certificate in @empty.pem\n--ssl-certfile: there is no private key in @empty.pem',
    ],
    [['--ssl-certfile', '@tls.crt'], '--ssl-certfile: there is no private key in @tls.crt'],
    [['--ssl-certfile', '@tls.crt', '--ssl-keyfile', '@ca.pem'], '--ssl-keyfile: there is no private key in @ca.pem'],
    [
      ['--ssl-certfile', '@encrypted.crt', '--ssl-keyfile', '@encrypted.key'],
      '--ssl-keyfile: the key in @encrypted.key is encrypted, and nobody is there to give its passphrase: decrypt it',
    ],
    [
      ['--ssl-certfile', '@tls.crt', '--ssl-keyfile', '@old-encrypted.key'],
      '--ssl-keyfile: the key in @old-encrypted.key is encrypted, and nobody is there to give its passphrase: decrypt it',
    ],
    [
      ['--ssl-certfile', '@tls.crt', '--ssl-keyfile', '@other.key'],
      '--ssl-keyfile @other.key with --ssl-certfile @tls.crt: key values mismatch',
    ],
    [[...PAIR, '--ssl-ca-certs', '@broken.crt'], expect.stringMatching(/^--ssl-ca-certs @broken\.crt: .+$/)],
    [[...PAIR, '--ssl-ca-certs', '@cut.pem'], '--ssl-ca-certs @cut.pem: a certificate in it is cut off'],
    [[...PAIR, '--ssl-ciphers', 'NO-SUCH-CIPHER'], '--ssl-ciphers: no cipher match'],
  ])('refuses %j in a line each', (argv, expected: unknown) => {
    const said = (): string => {
      try {
        read(...argv);
        return '';
      } catch (error) {
        return (error as Error).message.replaceAll(`${directory}/`, '@').replaceAll(directory, '@.');
      }
    };
    expect(said()).toEqual(expected);
  });
});
