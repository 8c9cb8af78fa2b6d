import { Controller, Get } from '@nestjs/common';
import { LoadCounter } from '@server/http/load-counter';
import { Scope } from '@server/http/scope.decorator';

@Controller()
@Scope('metrics')
export class LoadController {
  constructor(private readonly load: LoadCounter) {}

  /** Running requests of tracked routes; 0 without `--enable-server-load-tracking`. */
  @Get('load')
  current(): { readonly server_load: number } {
    return { server_load: this.load.value };
  }
}
