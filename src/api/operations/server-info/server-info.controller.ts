import { Controller, Get, Inject } from '@nestjs/common';
import { CheckedQuery } from '@server/http/query.decorator';
import { ServerInfoQuery } from './dto/server-info-query.dto.js';
import { ServerInfoService } from './server-info.service.js';
import type { ServerInfo } from './server-info.service.js';

@Controller('server_info')
export class ServerInfoController {
  constructor(@Inject(ServerInfoService) private readonly server: ServerInfoService) {}

  /** How this server is set up (routes.md §4); no secret is told. */
  @Get()
  info(@CheckedQuery(ServerInfoQuery) { config_format: format }: ServerInfoQuery): ServerInfo {
    return this.server.info(format);
  }
}
