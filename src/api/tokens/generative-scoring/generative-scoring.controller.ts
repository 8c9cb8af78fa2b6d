import { Controller, Header, HttpCode, Post, UseInterceptors } from '@nestjs/common';
import { JsonBody } from '@server/http/json-body.decorator';
import { LoadInterceptor } from '@server/http/load.interceptor';
import { Context, RequestContext } from '@server/http/request-context';
import { Scope } from '@server/http/scope.decorator';
import { GenerativeScoringRequest } from './dto/generative-scoring-request.dto.js';
import { GenerativeScoringService } from './generative-scoring.service.js';

@Controller('generative_scoring')
@Scope('infer')
@UseInterceptors(LoadInterceptor)
export class GenerativeScoringController {
  constructor(private readonly scoring: GenerativeScoringService) {}

  @Post()
  @HttpCode(200)
  @Header('content-type', 'application/json')
  create(
    @JsonBody(GenerativeScoringRequest) body: GenerativeScoringRequest,
    @Context() context: RequestContext,
  ): Promise<string> {
    return this.scoring.score(body, context);
  }
}
