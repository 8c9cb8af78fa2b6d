import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { DocsRoutes } from './docs.routes.js';
import { OpenApiDocument } from './openapi-document.js';

@Module({ imports: [DiscoveryModule], providers: [OpenApiDocument, DocsRoutes] })
export class DocsModule {}
