import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { RequestOptions } from 'node:https';
import type { TLSSocket } from 'node:tls';

export interface TlsAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Common name of the server's certificate. */
  readonly server: string | string[] | undefined;
}

/** One request over a TLS connection of its own. Rejects when the two do not trust each other. */
export async function askOverTls(
  url: string,
  options: RequestOptions & { readonly body?: object } = {},
): Promise<TlsAnswer> {
  const { body, ...rest } = options;
  const json = body === undefined ? undefined : JSON.stringify(body);
  const headers = json === undefined ? {} : { 'content-type': 'application/json' };
  const asked = request(url, { agent: false, method: json === undefined ? 'GET' : 'POST', headers, ...rest });
  const [response] = (await once(asked.end(json), 'response')) as [IncomingMessage];
  const { CN: server } = (response.socket as TLSSocket).getPeerCertificate().subject;
  let text = '';
  for await (const piece of response.setEncoding('utf8')) text += String(piece);
  return { status: response.statusCode ?? 0, headers: response.headers, body: text, server };
}
