import { Module } from '@nestjs/common';
import { ElasticEpController } from './elastic-ep.controller.js';
import { ElasticEpService } from './elastic-ep.service.js';

@Module({ controllers: [ElasticEpController], providers: [ElasticEpService] })
export class ElasticEpModule {}
