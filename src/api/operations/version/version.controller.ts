import { Controller, Get } from '@nestjs/common';
import { WIRE_RELEASE } from '@server/engine/wire-release';
import { Scope } from '@server/http/scope.decorator';

/** Clients switch features by this answer, so it names the contract, not this package. */
@Controller()
@Scope('open')
export class VersionController {
  @Get('version')
  version(): { readonly version: string } {
    return { version: WIRE_RELEASE };
  }
}
