import { Controller, HttpCode, Post } from '@nestjs/common';
import { JsonBody } from '@server/http/json-body.decorator';
import { DetokenizeRequest } from './dto/detokenize-request.dto.js';
import { TokenizeService } from './tokenize.service.js';
import type { TokenizeResponse } from './tokenize.service.js';

@Controller()
export class TokenizeController {
  constructor(private readonly tokens: TokenizeService) {}

  @Post('tokenize')
  @HttpCode(200)
  tokenize(@JsonBody() body: unknown): Promise<TokenizeResponse> {
    return this.tokens.tokenize(body);
  }

  @Post('detokenize')
  @HttpCode(200)
  detokenize(@JsonBody(DetokenizeRequest) body: DetokenizeRequest): { readonly prompt: string } {
    return this.tokens.detokenize(body);
  }
}
