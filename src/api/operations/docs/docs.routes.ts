import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { HttpConfig, RoutesConfig } from '@server/config/index';
import { redirectPage, redocPage, swaggerPage } from './docs-pages.js';
import type { PageAssets } from './docs-pages.js';
import { OpenApiDocument } from './openapi-document.js';

const HTML = 'text/html; charset=utf-8';
const CDN = 'https://cdn.jsdelivr.net/npm';
const STATIC_TYPES: Readonly<Record<string, string>> = {
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'swagger-ui.css': 'text/css; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

const require = createRequire(import.meta.url);
const swaggerPackage = require.resolve('swagger-ui-dist/package.json');

/**
 * The OpenAPI document and the pages that show it (errors-auth-middleware.md §4). On Fastify itself, not in a controller: each answers GET and
 * HEAD, and none is part of the document.
 */
@Injectable()
export class DocsRoutes implements OnModuleInit {
  constructor(
    @Inject(HttpAdapterHost) private readonly adapterHost: HttpAdapterHost,
    @Inject(OpenApiDocument) private readonly document: OpenApiDocument,
    @Inject(HttpConfig) private readonly http: HttpConfig,
    @Inject(RoutesConfig) private readonly opened: RoutesConfig,
  ) {}

  onModuleInit(): void {
    const at = (path: string): string => this.http.rootPath + path;
    const openapi = at('/openapi.json');
    const redirect = at('/docs/oauth2-redirect');
    const assets = swaggerAssets(this.opened.enableOfflineDocs ? at('/static') : publishedFolder());
    this.serve('/openapi.json', 'application/json', () => this.document.json());
    this.serve('/docs', HTML, () => swaggerPage(assets, { openapi, redirect }));
    this.serve('/docs/oauth2-redirect', HTML, async () =>
      redirectPage((await packaged('oauth2-redirect.js')).toString('utf8')),
    );
    if (!this.opened.enableOfflineDocs) {
      this.serve('/redoc', HTML, () => redocPage({ script: `${CDN}/redoc@2/bundles/redoc.standalone.js` }, openapi));
      return;
    }
    for (const [name, type] of Object.entries(STATIC_TYPES)) this.serve(`/static/${name}`, type, () => packaged(name));
  }

  private serve(url: string, type: string, content: () => string | Buffer | Promise<string | Buffer>): void {
    this.adapterHost.httpAdapter.getInstance<FastifyInstance>().route({
      method: ['GET', 'HEAD'],
      url,
      config: { scope: 'infer' },
      handler: async (_request, reply) => reply.type(type).send(await content()),
    });
  }
}

/** The release that is installed here, so that both ways show the same page. */
function publishedFolder(): string {
  const { version } = require(swaggerPackage) as { readonly version: string };
  return `${CDN}/swagger-ui-dist@${version}`;
}

function swaggerAssets(folder: string): PageAssets {
  const [script, style, icon] = Object.keys(STATIC_TYPES).map((name) => `${folder}/${name}`);
  return { script, style, icon };
}

function packaged(name: string): Promise<Buffer> {
  return readFile(join(dirname(swaggerPackage), name));
}
