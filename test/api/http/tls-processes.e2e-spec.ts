import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { serveEngineCore } from '@app/engine-server';
import { startAerie } from '@support/aerie-process';
import { CertificateAuthority, writeCertificate } from '@support/certificates';
import type { CertificateFiles } from '@support/certificates';
import { startMockedAerie } from '@support/mock-engine';
import { SupervisedAerie } from '@support/supervised-aerie';
import { askOverTls } from '@support/tls-request';
import { FakeEngineCore } from '@testing/engine-server';

let authority: CertificateAuthority;
let directory: string;
let files: CertificateFiles;
let tellPid: string;
const cleanUps: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  authority = await CertificateAuthority.create();
  directory = await mkdtemp(join(tmpdir(), 'aerie-tls-'));
  files = await writeCertificate(directory, await authority.sign('server'));
  tellPid = join(directory, 'tell-pid.mjs');
  const source = `export default (request, response, next) => { response.setHeader('x-pid', process.pid); next(); }`;
  await writeFile(tellPid, source);
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});
afterAll(() => rm(directory, { recursive: true }));

const flags = (): readonly string[] => [
  '--ssl-certfile',
  files.certfile,
  '--ssl-keyfile',
  files.keyfile,
  '--middleware',
  tellPid,
];

describe('TLS and middleware', () => {
  it('are in every API server that shares a port', async () => {
    const mocked = await startMockedAerie(['--api-server-count', '2', ...flags()]);
    cleanUps.push(() => mocked.stop());
    const { aerie } = mocked;
    expect(aerie.url).toMatch(/^https:/);
    const pids = new Set<unknown>();
    // Connections are dealt out in turns.
    for (let asked = 0; asked < 4; asked += 1) {
      const { status, headers } = await askOverTls(`${aerie.url}/health`, { ca: authority.cert });
      expect(status).toBe(200);
      pids.add(headers['x-pid']);
    }
    expect(pids.size).toBe(2);
  });

  it('are on a unix socket', async () => {
    const socketPath = join(directory, 'socket');
    const mocked = await startMockedAerie(['--uds', socketPath, ...flags()]);
    cleanUps.push(() => mocked.stop());
    const { aerie } = mocked;
    expect(aerie.output()).toContain(`curl --unix-socket ${socketPath} https://localhost/`);
    const answer = await askOverTls('https://localhost/health', { socketPath, ca: authority.cert });
    expect([answer.status, answer.server]).toEqual([200, 'server']);
  });

  it('are in the front end of vllm serve', async () => {
    const aerie = await SupervisedAerie.launch({
      transport: 'tcp',
      vllmArguments: {
        ssl_certfile: files.certfile,
        ssl_keyfile: files.keyfile,
        ssl_cert_reqs: 0,
        middleware: [tellPid],
      },
    });
    cleanUps.push(() => aerie.remove());
    const core = new FakeEngineCore();
    core.methods.set('get_supported_tasks', () => ['generate']);
    const { input, output } = aerie.addresses;
    const engine = await serveEngineCore(core, { rank: 0, inputAddresses: [input], outputAddresses: [output] });
    cleanUps.push(() => engine.close());
    await aerie.ready();
    const [url = ''] = /https:\/\/127\.0\.0\.1:\d+/.exec(aerie.output) ?? [];
    const answer = await askOverTls(`${url}/health`, { ca: authority.cert });
    expect([answer.status, answer.headers['x-pid']]).toEqual([200, String(aerie.child.pid)]);
  });

  it('end the start with a line each when they cannot be had', async () => {
    const wrong = ['--ssl-certfile', '/nobody', '--middleware', './nothing.mjs'];
    await expect(startAerie(['tiny-chat', ...wrong.slice(0, 2)])).rejects.toThrow(
      'aerie serve: --ssl-certfile: cannot read /nobody\n',
    );
    await expect(startAerie(['tiny-chat', ...wrong.slice(2)])).rejects.toThrow(
      'aerie serve: --middleware ./nothing.mjs: ',
    );
  });
});
