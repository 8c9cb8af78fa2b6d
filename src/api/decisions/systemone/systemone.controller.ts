import { Controller, Header, HttpCode, Post, UseInterceptors } from '@nestjs/common';
import { JsonBody } from '@server/http/json-body.decorator';
import { LoadInterceptor } from '@server/http/load.interceptor';
import { Context, RequestContext } from '@server/http/request-context';
import { Scope } from '@server/http/scope.decorator';
import { StructuredDecisionRequest } from './dto/structured-decision-request.dto.js';
import { SystemoneService } from './systemone.service.js';

@Controller('v1/systemone')
@Scope('infer')
@UseInterceptors(LoadInterceptor)
export class SystemoneController {
  constructor(private readonly systemone: SystemoneService) {}

  @Post()
  @HttpCode(200)
  @Header('content-type', 'application/json')
  decide(
    @JsonBody(StructuredDecisionRequest) body: StructuredDecisionRequest,
    @Context() context: RequestContext,
  ): Promise<string> {
    return this.systemone.decide(body, context);
  }
}
