import { Module } from '@nestjs/common';
import { KvEventSourcesController } from './kv-event-sources.controller.js';

@Module({ controllers: [KvEventSourcesController] })
export class KvEventSourcesModule {}
