import { Module } from '@nestjs/common';
import { FaultToleranceController } from './fault-tolerance.controller.js';
import { FaultToleranceService } from './fault-tolerance.service.js';

@Module({ controllers: [FaultToleranceController], providers: [FaultToleranceService] })
export class FaultToleranceModule {}
