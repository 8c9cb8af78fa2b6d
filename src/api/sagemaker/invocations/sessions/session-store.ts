import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A session as its client gets to know it. */
export interface Session {
  readonly id: string;
  /** UNIX seconds. */
  readonly expiresAt: number;
}

export interface SessionStoreOptions {
  /** Made when it is not there. API server processes of one machine share it. */
  readonly folder: string;
  /** Seconds. */
  readonly lifetime: number;
  /** Sessions that may be open at a time; default 10 000. */
  readonly maxSessions?: number | undefined;
  /** UNIX milliseconds; default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/** Too many sessions are open. */
export class SessionLimitError extends Error {}

/** The file of a session's folder that says when it ends, in UNIX seconds: the name that SageMaker's own server library uses. */
const EXPIRY_FILE = '.expiration_ts';
/** What we make; anything else is no session, and no path. */
const SESSION_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const SWEEP_MS = 10_000;

/** What the file system calls a fault: `EACCES`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

/** Sessions as folders on disk, so that every API server process knows those of the others, and a restarted one its own. */
export class SessionStore {
  private readonly maxSessions: number;
  private readonly now: () => number;
  private lastSweep = -Infinity;

  constructor(private readonly options: SessionStoreOptions) {
    this.maxSessions = options.maxSessions ?? 10_000;
    this.now = options.now ?? Date.now;
  }

  /** Throws `SessionLimitError`, and what the file system says. */
  async create(): Promise<Session> {
    const { folder, lifetime } = this.options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await this.makeRoom();
    const session = { id: randomUUID(), expiresAt: this.now() / 1000 + lifetime };
    const made = await mkdtemp(join(folder, 'new-'));
    try {
      await writeFile(join(made, EXPIRY_FILE), String(session.expiresAt), { mode: 0o600 });
      // Nobody sees a session without its end.
      await rename(made, this.folderOf(session.id));
    } catch (error) {
      // A full disk leaves nothing behind.
      await rm(made, { recursive: true, force: true });
      throw error;
    }
    return session;
  }

  /** True for a session that is open. Throws what the file system says. */
  async has(id: string): Promise<boolean> {
    if (!SESSION_ID.test(id)) return false;
    const expiresAt = await this.expiryOf(id);
    return expiresAt !== undefined && this.now() / 1000 <= expiresAt;
  }

  /** Ends an open session and removes all that is in its folder. */
  async close(id: string): Promise<void> {
    await rm(this.folderOf(id), { recursive: true, force: true });
  }

  /** Removes what has expired, every few seconds at most. */
  private async makeRoom(): Promise<void> {
    if (this.now() - this.lastSweep >= SWEEP_MS) {
      this.lastSweep = this.now();
      for (const id of await this.ids()) {
        // What cannot be read may be open.
        const isOpen = await this.has(id).catch(() => true);
        if (!isOpen) await this.close(id);
      }
    }
    const { length } = await this.ids();
    if (length >= this.maxSessions)
      throw new SessionLimitError(`${length} sessions are open, which is the most there may be`);
  }

  private async ids(): Promise<string[]> {
    const names = await readdir(this.options.folder);
    return names.filter((name) => SESSION_ID.test(name));
  }

  /** Undefined when there is no such session. Throws what the file system says. */
  private async expiryOf(id: string): Promise<number | undefined> {
    try {
      return Number(await readFile(join(this.folderOf(id), EXPIRY_FILE), 'utf8'));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  private folderOf(id: string): string {
    return join(this.options.folder, id);
  }
}
