import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SessionLimitError, SessionStore } from './session-store.js';

let folder: string;
let time: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aerie-sessions-'));
  time = 1_000_000;
});
afterEach(() => rm(folder, { recursive: true }));

const storeOf = (maxSessions?: number) => new SessionStore({ folder, lifetime: 60, maxSessions, now: () => time });

describe('SessionStore', () => {
  it('forgets a session when its time is over, and removes it later', async () => {
    const store = storeOf();
    const { id, expiresAt } = await store.create();
    expect(expiresAt).toBe(1060);
    time += 60_000;
    expect(await store.has(id)).toBe(true);
    time += 1;
    expect(await store.has(id)).toBe(false);
    expect(await readdir(folder)).toEqual([id]);
    const next = await store.create();
    expect(await readdir(folder)).toEqual([next.id]);
  });

  it('has no more sessions than it may, and room again when some have expired', async () => {
    const store = storeOf(2);
    await store.create();
    await store.create();
    await expect(store.create()).rejects.toThrow(SessionLimitError);
    time += 60_001;
    await store.create();
    expect(await readdir(folder)).toHaveLength(1);
  });

  it('removes no session because it cannot be read', async () => {
    const store = storeOf();
    const { id } = await store.create();
    const file = join(folder, id, '.expiration_ts');
    await rm(file);
    await mkdir(file);
    await expect(store.has(id)).rejects.toThrow('EISDIR');
    time += 60_001;
    const next = await store.create();
    expect((await readdir(folder)).sort()).toEqual([id, next.id].sort());
  });

  it('leaves alone what is no session', async () => {
    await writeFile(join(folder, 'notes.txt'), '');
    await mkdir(join(folder, 'other'));
    await storeOf(1).create();
    expect(await readdir(folder)).toEqual(expect.arrayContaining(['notes.txt', 'other']));
    expect(await storeOf().has('other')).toBe(false);
  });

  it('knows sessions that another process made', async () => {
    const { id } = await storeOf().create();
    expect(await storeOf().has(id)).toBe(true);
  });
});
