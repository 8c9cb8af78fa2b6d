import { Controller, Header, HttpCode, Post, UseInterceptors } from '@nestjs/common';
import { JsonBody } from '@server/http/json-body.decorator';
import { LoadInterceptor } from '@server/http/load.interceptor';
import { Context, RequestContext } from '@server/http/request-context';
import { Scope } from '@server/http/scope.decorator';
import { DecisionsService } from './decisions.service.js';
import { DecisionsRequest } from './dto/decisions-request.dto.js';

@Controller('v1/decisions')
@Scope('infer')
@UseInterceptors(LoadInterceptor)
export class DecisionsController {
  constructor(private readonly decisions: DecisionsService) {}

  @Post()
  @HttpCode(200)
  @Header('content-type', 'application/json')
  decide(@JsonBody(DecisionsRequest) body: DecisionsRequest, @Context() context: RequestContext): Promise<string> {
    return this.decisions.decide(body, context);
  }
}
