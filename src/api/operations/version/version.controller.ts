import { Controller, Get } from '@nestjs/common';
import { WIRE_RELEASE } from '@server/engine/wire-release';

/** Clients switch features by this answer, so it names the contract, not this package. */
@Controller()
export class VersionController {
  @Get('version')
  version(): { readonly version: string } {
    return { version: WIRE_RELEASE };
  }
}
