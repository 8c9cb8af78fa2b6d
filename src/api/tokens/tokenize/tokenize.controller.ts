import { Controller, HttpCode, Post } from '@nestjs/common';
import { JsonBody } from '@server/http/json-body.decorator';
import { ReadsBody } from '@server/http/openapi/reads-body.decorator';
import { Context, RequestContext } from '@server/http/request-context';
import { Scope } from '@server/http/scope.decorator';
import { DetokenizeRequest } from './dto/detokenize-request.dto.js';
import { TokenizeService } from './tokenize.service.js';
import type { TokenizeResponse } from './tokenize.service.js';
import { TokenizeChatRequest, TokenizeTextRequest } from './dto/tokenize-request.dto.js';

@Controller()
@Scope('tokenize')
export class TokenizeController {
  constructor(private readonly tokens: TokenizeService) {}

  @ReadsBody(TokenizeTextRequest, TokenizeChatRequest)
  @Post('tokenize')
  @HttpCode(200)
  tokenize(@JsonBody() body: unknown, @Context() context: RequestContext): Promise<TokenizeResponse> {
    return this.tokens.tokenize(body, context.signal);
  }

  @Post('detokenize')
  @HttpCode(200)
  detokenize(@JsonBody(DetokenizeRequest) body: DetokenizeRequest): { readonly prompt: string } {
    return this.tokens.detokenize(body);
  }
}
