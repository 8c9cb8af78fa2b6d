import { Module } from '@nestjs/common';
import { ControlMetricsModule } from '../shared/control-metrics.module.js';
import { SleepController } from './sleep.controller.js';
import { SleepService } from './sleep.service.js';

@Module({ imports: [ControlMetricsModule], controllers: [SleepController], providers: [SleepService] })
export class SleepModule {}
