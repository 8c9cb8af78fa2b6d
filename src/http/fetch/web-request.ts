import type { FastifyRequest } from 'fastify';
import { isPlainHost } from '../host-header.js';

/** Methods that the Fetch standard has no requests for; nothing is served by them. */
const FOREIGN_METHODS: ReadonlySet<string> = new Set(['CONNECT', 'TRACE', 'TRACK']);

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

/** Puts the headers and the body of another request in the place of this one's. What it is routed by stays. */
export async function replaceRequest(request: FastifyRequest, web: Request): Promise<void> {
  const { headers } = request.raw;
  const body = Buffer.from(await web.arrayBuffer());
  for (const name of Object.keys(headers)) {
    if (!web.headers.has(name) && name !== 'host') delete headers[name];
  }
  web.headers.forEach((value, name) => (headers[name] = value));
  headers['content-length'] = String(body.length);
  request.body = body.length > 0 ? body : undefined;
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
  const { host } = headers;
  const path = raw.url?.startsWith('/') ? raw.url : '/';
  return `http://${host !== undefined && isPlainHost(host) ? host : 'localhost'}${path}`;
}
