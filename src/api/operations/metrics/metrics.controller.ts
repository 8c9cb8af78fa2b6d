import { Controller, Get, Header } from '@nestjs/common';
import { Registry } from 'prom-client';

@Controller()
export class MetricsController {
  constructor(private readonly registry: Registry) {}

  /** Every series in Prometheus' text form (metrics.md §1). */
  @Get('metrics')
  @Header('content-type', 'text/plain; version=1.0.0; charset=utf-8')
  metrics(): Promise<string> {
    return this.registry.metrics();
  }
}
