import { Inject, Injectable } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { HttpConfig } from '@server/config/index';
import { WIRE_RELEASE } from '@server/engine/wire-release';
import { isForOperators } from '@server/http/listeners';
import { controllerOperations } from '@server/http/openapi/controller-operations';
import { toOpenApi } from '@server/http/openapi/to-openapi';
import { RouteTable } from '@server/http/route-table';

/** The description of this server's routes: all that there are when it is asked for first. */
@Injectable()
export class OpenApiDocument {
  private text: string | undefined;

  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(MetadataScanner) private readonly scanner: MetadataScanner,
    @Inject(RouteTable) private readonly routes: RouteTable,
    @Inject(HttpConfig) private readonly http: HttpConfig,
  ) {}

  json(): string {
    this.text ??= this.describe();
    return this.text;
  }

  private describe(): string {
    const operations = controllerOperations(this.discovery, this.scanner);
    const { rootPath, adminPort } = this.http;
    // What the listener that shows this document does not serve is none of its readers' business.
    const routes = this.routes.routes.filter(({ scope }) => adminPort === undefined || !isForOperators(scope));
    return JSON.stringify(toOpenApi(routes, operations, { version: WIRE_RELEASE, rootPath }));
  }
}
