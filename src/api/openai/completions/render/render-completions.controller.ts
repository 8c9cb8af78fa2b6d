import { Controller, Header, HttpCode, Post } from '@nestjs/common';
import { JsonBody } from '@server/http/json-body.decorator';
import { Context, RequestContext } from '@server/http/request-context';
import { Scope } from '@server/http/scope.decorator';
import { CompletionRequest } from '../dto/completion-request.dto.js';
import { RenderCompletionsService } from './render-completions.service.js';

@Controller('v1/completions/render')
@Scope('tokenize')
export class RenderCompletionsController {
  constructor(private readonly completions: RenderCompletionsService) {}

  @Post()
  @HttpCode(200)
  @Header('content-type', 'application/json')
  render(@JsonBody(CompletionRequest) body: CompletionRequest, @Context() context: RequestContext): Promise<string> {
    return this.completions.render(body, context);
  }
}
