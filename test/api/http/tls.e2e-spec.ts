import { once } from 'node:events';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '@app/logging';
import { CertificateAuthority, writeCertificate } from '@support/certificates';
import type { Certificate, CertificateFiles } from '@support/certificates';
import { rawExchange } from '@support/raw-http';
import { askOverTls } from '@support/tls-request';
import { startTestServer } from '@support/test-server';
import type { TestServer } from '@support/test-server';
import { loadTinyModel } from '@support/tiny-model';

let authority: CertificateAuthority;
let stranger: CertificateAuthority;
let clients: Readonly<Record<'none' | 'good' | 'of a stranger', Partial<Certificate>>>;
let directory: string;
let files: CertificateFiles;
let caFile: string;
let server: TestServer | undefined;

beforeAll(async () => {
  [authority, stranger] = await Promise.all([CertificateAuthority.create(), CertificateAuthority.create('stranger')]);
  clients = { none: {}, good: await authority.sign('client'), 'of a stranger': await stranger.sign('client') };
  directory = await mkdtemp(join(tmpdir(), 'aerie-tls-'));
  files = await writeCertificate(directory, await authority.sign('first'));
  caFile = join(directory, 'ca.pem');
  await writeFile(caFile, authority.cert);
});
afterEach(async () => {
  await server?.close();
  server = undefined;
});
afterAll(() => rm(directory, { recursive: true }));

async function start(
  options: Parameters<typeof startTestServer>[0] = {},
  { certfile, keyfile }: CertificateFiles = files,
): Promise<TestServer> {
  const argv = ['--ssl-certfile', certfile, '--ssl-keyfile', keyfile, ...(options.argv ?? [])];
  server = await startTestServer({ ...options, argv });
  return server;
}

describe('a server with a certificate', () => {
  it('speaks HTTPS, and says so', async () => {
    const { url } = await start();
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const answer = await askOverTls(`${url}/version/`, { ca: authority.cert });
    expect([answer.status, answer.headers.location, answer.server]).toEqual([307, `${url}/version`, 'first']);
    await expect(askOverTls(`${url}/version`, { ca: stranger.cert })).rejects.toThrow('unable to verify');
    await expect(rawExchange(url, 'GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n')).rejects.toThrow();
  });

  it('streams as over plain HTTP', async () => {
    const { url, engine } = await start({ model: await loadTinyModel() });
    const arrival = engine.next();
    const answer = askOverTls(`${url}/v1/completions`, {
      ca: authority.cert,
      body: { prompt: 'Hi', stream: true, max_tokens: 300 },
    });
    const arrived = await arrival;
    for (let token = 0; token < 200; token += 1) {
      const heard = engine.heard();
      arrived.say({ newTokenIds: [395] });
      await heard;
    }
    arrived.say({ newTokenIds: [395], finishReason: 'length' });
    const { status, body } = await answer;
    const events = body.split('\n\n');
    expect([status, events.length, events.at(-2), events.at(-1)]).toEqual([200, 203, 'data: [DONE]', '']);
    expect(events.slice(0, -2).every((event) => /^data: \{.*\}$/.test(event))).toBe(true);
  });

  it('takes the ciphers that it was given and no older protocol', async () => {
    const { url } = await start({ argv: ['--ssl-ciphers', 'ECDHE-ECDSA-AES256-GCM-SHA384'] });
    const { port } = new URL(url);
    const cipherOf = async (options: object): Promise<string> => {
      const socket = connect({ host: '127.0.0.1', port: Number(port), ca: authority.cert, ...options });
      await once(socket, 'secureConnect');
      const { name } = socket.getCipher();
      socket.destroy();
      return name;
    };
    expect(await cipherOf({ maxVersion: 'TLSv1.2' })).toBe('ECDHE-ECDSA-AES256-GCM-SHA384');
    await expect(cipherOf({ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' })).rejects.toThrow();
    await expect(cipherOf({ minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' })).rejects.toThrow();
  });
});

describe('certificates of clients', () => {
  it.each([
    [0, 'none', true],
    [0, 'of a stranger', true],
    [1, 'none', true],
    [1, 'good', true],
    [1, 'of a stranger', false],
    [2, 'none', false],
    [2, 'good', true],
    [2, 'of a stranger', false],
  ] as const)('--ssl-cert-reqs %i with one that is %s: served %s', async (reqs, client, served) => {
    const { url } = await start({ argv: ['--ssl-ca-certs', caFile, '--ssl-cert-reqs', String(reqs)] });
    const outcome = await askOverTls(`${url}/version`, { ca: authority.cert, ...clients[client] }).then(
      ({ status }) => status === 200,
      () => false,
    );
    expect(outcome).toBe(served);
  });
});

describe('--enable-ssl-refresh', () => {
  const lines = { text: '', waiting: [] as (() => void)[] };
  const said = (text: string): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => (lines.text.includes(text) ? resolve() : void lines.waiting.push(look));
      look();
    });
  const logger = createLogger({
    destination: {
      write: (line) => {
        lines.text += line;
        lines.waiting.splice(0).forEach((look) => look());
      },
    },
  });
  afterEach(() => {
    lines.text = '';
  });

  /** A folder as Kubernetes mounts a secret: links to a link to the folder of the current version. */
  async function mountSecret(): Promise<{
    readonly files: CertificateFiles;
    readonly swap: (next: Certificate) => Promise<void>;
  }> {
    const mount = await mkdtemp(join(directory, 'secret-'));
    let version = 0;
    const swap = async (next: Certificate): Promise<void> => {
      const folder = `..version-${(version += 1)}`;
      await mkdir(join(mount, folder));
      await writeCertificate(join(mount, folder), next);
      await symlink(folder, join(mount, '..data_tmp'));
      await rename(join(mount, '..data_tmp'), join(mount, '..data'));
    };
    await swap(await authority.sign('first'));
    await Promise.all(['tls.crt', 'tls.key'].map((name) => symlink(join('..data', name), join(mount, name))));
    return { files: { certfile: join(mount, 'tls.crt'), keyfile: join(mount, 'tls.key') }, swap };
  }

  it('takes a pair whose folder is swapped', async () => {
    const secret = await mountSecret();
    const { url } = await start({ argv: ['--enable-ssl-refresh'], logger }, secret.files);
    await secret.swap(await authority.sign('second'));
    await said('the TLS certificates were renewed');
    expect(await askOverTls(`${url}/version`, { ca: authority.cert })).toMatchObject({ status: 200, server: 'second' });
  });

  it('keeps the old pair until both halves of the new one are there', async () => {
    const own = await mkdtemp(join(directory, 'own-'));
    const pair = await writeCertificate(own, await authority.sign('first'));
    const { url } = await start({ argv: ['--enable-ssl-refresh'], logger }, pair);
    const next = await authority.sign('second');
    await writeFile(join(own, 'new'), next.cert);
    await rename(join(own, 'new'), pair.certfile);
    await said('the new TLS certificates cannot be used: the old ones stay');
    expect(await askOverTls(`${url}/version`, { ca: authority.cert })).toMatchObject({ server: 'first' });
    await writeFile(pair.keyfile, next.key);
    await said('the TLS certificates were renewed');
    expect(await askOverTls(`${url}/version`, { ca: authority.cert })).toMatchObject({ server: 'second' });
    expect(lines.text).not.toContain('PRIVATE');
  });

  it('takes other authorities', async () => {
    const ownCa = join(await mkdtemp(join(directory, 'ca-')), 'ca.pem');
    await writeFile(ownCa, authority.cert);
    const { url } = await start({
      argv: ['--enable-ssl-refresh', '--ssl-ca-certs', ownCa, '--ssl-cert-reqs', '2'],
      logger,
    });
    const ask = (client: keyof typeof clients) =>
      askOverTls(`${url}/version`, { ca: authority.cert, ...clients[client] });
    expect((await ask('good')).status).toBe(200);
    await writeFile(ownCa, stranger.cert);
    await said('the TLS certificates were renewed');
    await expect(ask('good')).rejects.toThrow();
    expect((await ask('of a stranger')).status).toBe(200);
  });
});
