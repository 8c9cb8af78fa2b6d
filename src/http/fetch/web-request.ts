import type { FastifyRequest } from 'fastify';
import { isPlainHost } from '../host-header.js';

/** Methods that the Fetch standard has no requests for; nothing is served by them. */
const FOREIGN_METHODS: ReadonlySet<string> = new Set(['CONNECT', 'TRACE', 'TRACK']);
/** A request keeps the host that it was sent to. */
const ROUTING_HEADERS: ReadonlySet<string> = new Set(['host']);
/** They say how to read what is still to come from the socket. */
const UNREAD_BODY_HEADERS: ReadonlySet<string> = new Set([
  ...ROUTING_HEADERS,
  ...['content-length', 'content-type', 'transfer-encoding'],
]);

/** The request as the Fetch standard has it, with what of its body has been read. Undefined for methods it does not have. */
export function toWebRequest(request: FastifyRequest, signal: AbortSignal): Request | undefined {
  const { method, body, headers } = request;
  if (FOREIGN_METHODS.has(method)) return undefined;
  const hasBody = Buffer.isBuffer(body) && method !== 'GET' && method !== 'HEAD';
  return new Request(urlOf(request), {
    method,
    headers: toWebHeaders(headers),
    signal,
    ...(hasBody && { body: Uint8Array.from(body) }),
  });
}

/** Puts another request in the place of this one. What it is routed by stays. */
export type ReplaceRequest = (request: FastifyRequest, web: Request) => Promise<void> | void;

/** The headers alone: for a request whose body is not read yet. Throws when the other one has a body, which nobody would read. */
export const replaceHeaders: ReplaceRequest = (request, web) => {
  if (web.body) throw new Error('a request cannot get another body before its own has been read');
  putHeaders(request, web.headers, UNREAD_BODY_HEADERS);
};

/** The headers and the body: for a request whose body has been read. */
export const replaceRequest: ReplaceRequest = async (request, web) => {
  const body = Buffer.from(await web.arrayBuffer());
  putHeaders(request, web.headers, ROUTING_HEADERS);
  request.raw.headers['content-length'] = String(body.length);
  request.body = body.length > 0 ? body : undefined;
};

function putHeaders({ raw: { headers } }: FastifyRequest, web: Headers, fixed: ReadonlySet<string>): void {
  for (const name of Object.keys(headers)) {
    if (!web.has(name) && !fixed.has(name)) delete headers[name];
  }
  web.forEach((value, name) => {
    if (!fixed.has(name)) headers[name] = value;
  });
}

export function toWebHeaders(
  headers: Readonly<Record<string, string | number | readonly string[] | undefined>>,
): Headers {
  const web = new Headers();
  for (const [name, value = []] of Object.entries(headers)) {
    for (const single of [value].flat()) web.append(name, String(single));
  }
  return web;
}

/** Of a client that names no sound host, the path is all that counts. */
function urlOf({ raw, headers }: FastifyRequest): string {
  const base = `http://${headers.host}`;
  const path = raw.url?.startsWith('/') ? raw.url : '/';
  return `${isPlainHost(headers.host) && URL.canParse(base) ? base : 'http://localhost'}${path}`;
}
