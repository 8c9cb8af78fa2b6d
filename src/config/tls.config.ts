import { Max, Min } from 'class-validator';
import { Option } from './option.decorator.js';

/** Encryption of the connections to clients. Without a certificate the server speaks plain HTTP. */
export class TlsConfig {
  @Option({
    flag: '--ssl-certfile',
    kind: 'text',
    help: 'Certificate chain in PEM form; with it the server speaks HTTPS.',
  })
  readonly sslCertfile?: string;

  @Option({
    flag: '--ssl-keyfile',
    kind: 'text',
    help: 'Private key of the certificate in PEM form, not encrypted; left out: it is in the certificate file.',
  })
  readonly sslKeyfile?: string;

  @Option({
    flag: '--ssl-ca-certs',
    kind: 'text',
    help: 'Authorities that clients’ certificates must come from (PEM).',
  })
  readonly sslCaCerts?: string;

  @Option({
    flag: '--ssl-cert-reqs',
    kind: 'integer',
    default: 0,
    help: 'Certificates of clients: 0 = not asked for, 1 = checked when there is one, 2 = required.',
    rules: [Min(0), Max(2)],
  })
  readonly sslCertReqs!: number;

  @Option({ flag: '--ssl-ciphers', kind: 'text', help: 'Cipher suites, as OpenSSL lists them.' })
  readonly sslCiphers?: string;

  @Option({
    flag: '--enable-ssl-refresh',
    kind: 'boolean',
    default: false,
    help: 'Take new certificates, keys and authorities when their files change; connections that are open stay.',
  })
  readonly enableSslRefresh!: boolean;
}
