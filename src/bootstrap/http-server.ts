import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { errorJson } from '@server/http/error-body';
import { OpenResponses } from './open-responses.js';
import type { ServerTls } from './tls/read-tls.js';

export interface HttpServerLimits {
  readonly maxHeaderSize: number;
  readonly maxHeaderCount: number;
  readonly keepAliveTimeoutMs: number;
  /** For headers and body of one request. */
  readonly requestTimeoutMs: number;
}

type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

const MAX_HEADERS_TIMEOUT_MS = 30_000;
/** How late a time-out may be noticed. */
const MAX_CHECK_INTERVAL_MS = 5_000;

/** Node's HTTP server, over TLS when given, with every wait bounded. Answers what is not HTTP with an error object. */
export function createHttpServer(handler: RequestHandler, limits: HttpServerLimits, tls?: ServerTls): Server {
  const { maxHeaderSize, maxHeaderCount, keepAliveTimeoutMs, requestTimeoutMs } = limits;
  const headersTimeout = Math.min(MAX_HEADERS_TIMEOUT_MS, requestTimeoutMs);
  const options = {
    maxHeaderSize,
    keepAliveTimeout: keepAliveTimeoutMs,
    requestTimeout: requestTimeoutMs,
    headersTimeout,
    connectionsCheckingInterval: Math.min(MAX_CHECK_INTERVAL_MS, requestTimeoutMs),
    noDelay: true,
    keepAlive: true,
  };
  const responses = new OpenResponses();
  const followed: RequestHandler = (request, response) => {
    responses.add(request, response);
    handler(request, response);
  };
  const server = tls
    ? createHttpsServer({ ...options, ...tls, handshakeTimeout: headersTimeout }, followed)
    : createServer(options, followed);
  // A certificate that is optional must be good when there is one, as with Python's CERT_OPTIONAL.
  if (tls?.requestCert) server.prependListener('secureConnection', refuseBadCertificate);
  // One more than allowed: Node drops what is beyond its own limit silently, our hook then sees that there are too many.
  server.maxHeadersCount = maxHeaderCount + 1;
  return server;
}

function refuseBadCertificate(socket: TLSSocket): void {
  const hasCertificate = Object.keys(socket.getPeerCertificate()).length > 0;
  if (hasCertificate && !socket.authorized) socket.destroy();
}

const STATUS_OF_CODE: Readonly<Record<string, readonly [status: number, phrase: string, message: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large', 'The headers of the request are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout', 'The request did not arrive in time.'],
};

/** For `clientError`: the request never became one. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  const [code, type, message] = STATUS_OF_CODE[error.code ?? ''] ?? [400, 'Bad Request', 'The request is not HTTP.'];
  const body = errorJson({ message, type, param: null, code });
  socket.end(
    `HTTP/1.1 ${code} ${type}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n` +
      `connection: close\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}
