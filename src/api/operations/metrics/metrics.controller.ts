import { Controller, Get, Header } from '@nestjs/common';
import { EXPOSITION_CONTENT_TYPE } from '@app/metrics';
import { MetricsPage } from '@server/http/metrics-page';
import { Scope } from '@server/http/scope.decorator';

@Controller()
@Scope('metrics')
export class MetricsController {
  constructor(private readonly page: MetricsPage) {}

  /** Every series in Prometheus' text form (metrics.md §1). */
  @Get('metrics')
  @Header('content-type', EXPOSITION_CONTENT_TYPE)
  metrics(): Promise<string> {
    return this.page.text();
  }
}
