import { Controller, Header, HttpCode, Post, UseInterceptors } from '@nestjs/common';
import { JsonBody } from '@server/http/json-body.decorator';
import { ReadsBody } from '@server/http/openapi/reads-body.decorator';
import { LoadInterceptor } from '@server/http/load.interceptor';
import { Context, RequestContext } from '@server/http/request-context';
import { Scope } from '@server/http/scope.decorator';
import { BatchChatService } from './batch-chat.service.js';
import { toBatchBody } from './to-batch-body.js';
import { BatchChatCompletionRequest } from './dto/batch-chat-completion-request.dto.js';

@Controller('v1/chat/completions/batch')
@Scope('infer')
@UseInterceptors(LoadInterceptor)
export class BatchChatController {
  constructor(private readonly batches: BatchChatService) {}

  @ReadsBody(BatchChatCompletionRequest)
  @Post()
  @HttpCode(200)
  @Header('content-type', 'application/json')
  create(@JsonBody() raw: unknown, @Context() context: RequestContext): Promise<string> {
    return this.batches.complete(toBatchBody(raw), context);
  }
}
