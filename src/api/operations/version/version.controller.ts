import { Controller, Get } from '@nestjs/common';
import { ServerVersion } from '@server/engine/server-version';

@Controller()
export class VersionController {
  constructor(private readonly server: ServerVersion) {}

  @Get('version')
  version(): { readonly version: string } {
    return { version: this.server.text };
  }
}
