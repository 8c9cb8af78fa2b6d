import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generate } from 'selfsigned';

/** In PEM form. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const ELLIPTIC = { keyType: 'ec', algorithm: 'sha256' } as const;

/** Signs certificates for a test; nobody else trusts it. */
export class CertificateAuthority {
  private constructor(private readonly own: Certificate) {}

  static async create(name = 'test authority'): Promise<CertificateAuthority> {
    const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
      ...ELLIPTIC,
      extensions: [
        { name: 'basicConstraints', cA: true, critical: true },
        { name: 'keyUsage', keyCertSign: true, cRLSign: true, digitalSignature: true },
      ],
    });
    return new CertificateAuthority({ cert, key });
  }

  get cert(): string {
    return this.own.cert;
  }

  /** For 127.0.0.1, ::1 and localhost; good for servers and clients. With a passphrase the key is encrypted. */
  async sign(commonName: string, passphrase?: string): Promise<Certificate> {
    const { cert, private: key } = await generate([{ name: 'commonName', value: commonName }], {
      ...ELLIPTIC,
      ca: this.own,
      extensions: [
        { name: 'basicConstraints', cA: false },
        { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
        {
          name: 'subjectAltName',
          altNames: [
            { type: 2, value: 'localhost' },
            { type: 7, ip: '127.0.0.1' },
            { type: 7, ip: '::1' },
          ],
        },
      ],
      ...(passphrase === undefined ? {} : { passphrase }),
    });
    return { cert, key };
  }
}

export interface CertificateFiles {
  readonly certfile: string;
  readonly keyfile: string;
}

/** As `tls.crt` and `tls.key`, the names of a Kubernetes secret. */
export async function writeCertificate(directory: string, { cert, key }: Certificate): Promise<CertificateFiles> {
  const files = { certfile: join(directory, 'tls.crt'), keyfile: join(directory, 'tls.key') };
  await Promise.all([writeFile(files.certfile, cert), writeFile(files.keyfile, key)]);
  return files;
}
