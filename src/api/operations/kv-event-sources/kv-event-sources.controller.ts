import { Controller, Get, Inject } from '@nestjs/common';
import { Engine } from '@app/engine-protocol';
import { Scope } from '@server/http/scope.decorator';

/** Asked by routers that follow what is in the engines' KV caches. */
@Controller('kv_event_sources')
@Scope('metrics')
export class KvEventSourcesController {
  constructor(@Inject(Engine) private readonly engine: Engine) {}

  /** By data-parallel rank, as the engines told it when they registered; empty when they publish nothing. */
  @Get()
  sources(): Readonly<Record<string, unknown>> {
    return Object.fromEntries(this.engine.info.kvEventSources ?? []);
  }
}
