import { Module } from '@nestjs/common';
import { Registry } from 'prom-client';
import { ControlMetrics } from '@app/metrics';

/** One set of series for the families that control engines. */
@Module({
  providers: [
    { provide: ControlMetrics, useFactory: (registry: Registry) => new ControlMetrics(registry), inject: [Registry] },
  ],
  exports: [ControlMetrics],
})
export class ControlMetricsModule {}
