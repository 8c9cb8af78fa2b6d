import { Controller, Header, HttpCode, Post } from '@nestjs/common';
import { JsonBody } from '@server/http/json-body.decorator';
import { ReadsBody } from '@server/http/openapi/reads-body.decorator';
import { Context, RequestContext } from '@server/http/request-context';
import { Scope } from '@server/http/scope.decorator';
import { DerenderCompletionsService } from './derender-completions.service.js';
import { DerenderCompletionChunkRequest, DerenderCompletionRequest } from './dto/derender-completion-request.dto.js';

@Controller('v1/completions/derender')
@Scope('tokenize')
export class DerenderCompletionsController {
  constructor(private readonly completions: DerenderCompletionsService) {}

  @ReadsBody(DerenderCompletionRequest, DerenderCompletionChunkRequest)
  @Post()
  @HttpCode(200)
  @Header('content-type', 'application/json')
  derender(@JsonBody() body: unknown, @Context() context: RequestContext): Promise<string> {
    return this.completions.derender(body, context);
  }
}
