import { Module } from '@nestjs/common';
import { ControlMetricsModule } from '../shared/control-metrics.module.js';
import { WeightCheckerController } from './weight-checker.controller.js';
import { WeightsController } from './weights.controller.js';
import { WeightsService } from './weights.service.js';

@Module({
  imports: [ControlMetricsModule],
  controllers: [WeightsController, WeightCheckerController],
  providers: [WeightsService],
})
export class WeightsModule {}
