import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { InvocationTargets } from './invocation-targets.js';
import { InvocationsController } from './invocations.controller.js';
import { InvocationsService } from './invocations.service.js';
import { SessionsService } from './sessions/sessions.service.js';

@Module({
  imports: [DiscoveryModule],
  controllers: [InvocationsController],
  providers: [InvocationTargets, InvocationsService, SessionsService],
})
export class InvocationsModule {}
