import { Controller, Get, Inject } from '@nestjs/common';
import { Engine } from '@app/engine-protocol';
import { CheckedQuery } from '@server/http/query.decorator';
import { WorldSizeQuery } from './dto/world-size-query.dto.js';

@Controller('get_world_size')
export class WorldSizeController {
  constructor(@Inject(Engine) private readonly engine: Engine) {}

  /** Processes that hold a part of the model: of one engine, or of all. */
  @Get()
  worldSize(@CheckedQuery(WorldSizeQuery) { include_dp }: WorldSizeQuery): { readonly world_size: number } {
    const { worldSize, dataParallelSize } = this.engine.info;
    return { world_size: include_dp ? worldSize * dataParallelSize : worldSize };
  }
}
