import { BadRequestException, HttpException, Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { SagemakerConfig } from '@server/config/index';
import type { RequestContext } from '@server/http/request-context';
import { toSessionRequestType } from './session-request.rules.js';
import { defaultSessionsFolder } from './sessions-folder.js';
import { SessionStore, codeOf } from './session-store.js';

const SESSION_HEADER = 'X-Amzn-SageMaker-Session-Id';
const NEW_SESSION_HEADER = 'X-Amzn-SageMaker-New-Session-Id';
const CLOSED_SESSION_HEADER = 'X-Amzn-SageMaker-Closed-Session-Id';
const NOT_ENABLED = 'Invalid payload. stateful sessions not enabled';

/** Sticky sessions of SageMaker's clients (routes.md §5.2 nos. 2, 3). What a session means is the business of custom handlers. */
@Injectable()
export class SessionsService {
  /** Undefined when the operator wants no sessions. */
  private readonly store: SessionStore | undefined;

  constructor({ statefulSessions, sessionsPath, sessionsExpiration }: SagemakerConfig) {
    this.store = statefulSessions
      ? new SessionStore({ folder: sessionsPath ?? defaultSessionsFolder(), lifetime: sessionsExpiration })
      : undefined;
  }

  /** Opens or closes a session, as the body says. */
  async answer(body: Readonly<Record<string, unknown>>, context: RequestContext, reply: FastifyReply): Promise<void> {
    const type = toSessionRequestType(body);
    const { store } = this;
    if (!store) throw new BadRequestException(NOT_ENABLED);
    return type === 'NEW_SESSION' ? open(store, reply) : close(store, context, reply);
  }

  /** Throws a 400 for a request of a session that is not open, a 424 when the storage does not say. */
  async check(context: RequestContext): Promise<void> {
    const id = sessionIdOf(context);
    if (id === undefined) return;
    if (!this.store) throw new BadRequestException(`${NOT_ENABLED}, ${SESSION_HEADER} header not supported`);
    await mustHave(this.store, id);
  }
}

async function open(store: SessionStore, reply: FastifyReply): Promise<void> {
  const { id, expiresAt } = await store.create().catch((error: unknown) => fail('create', error));
  const expires = new Date(expiresAt * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
  reply.header(NEW_SESSION_HEADER, `${id}; Expires=${expires}`).send(`Session ${id} created`);
}

async function close(store: SessionStore, context: RequestContext, reply: FastifyReply): Promise<void> {
  const id = sessionIdOf(context);
  if (id === undefined) fail('close', new Error('invalid session_id: None'));
  await mustHave(store, id);
  await store.close(id).catch((error: unknown) => fail('close', error));
  reply.header(CLOSED_SESSION_HEADER, id).send(`Session ${id} closed`);
}

/** Undefined when it is empty, too. */
function sessionIdOf(context: RequestContext): string | undefined {
  return context.header(SESSION_HEADER.toLowerCase()) || undefined;
}

async function mustHave(store: SessionStore, id: string): Promise<void> {
  const isOpen = await store.has(id).catch((error: unknown) => fail('find', error));
  if (!isOpen) throw new BadRequestException(`Bad request: session not found: ${id}`);
}

/** 424 is what SageMaker's own server library says of its storage. Of the file system's words only the code: the rest names paths. */
function fail(action: 'create' | 'find' | 'close', error: unknown): never {
  const reason = codeOf(error) ?? (error instanceof Error ? error.message : String(error));
  throw new HttpException(`Failed to ${action} session: ${reason}`, 424);
}
