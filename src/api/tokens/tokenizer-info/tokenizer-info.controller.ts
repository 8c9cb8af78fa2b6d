import { Controller, Get } from '@nestjs/common';
import { ChatConfig } from '@server/config/index';
import { LoadedModel } from '@server/engine/loaded-model';
import { Scope } from '@server/http/scope.decorator';
import { toTokenizerInfo } from './to-tokenizer-info.js';

@Controller()
@Scope('tokenize')
export class TokenizerInfoController {
  private readonly info: Readonly<Record<string, unknown>>;

  constructor(model: LoadedModel, chat: ChatConfig) {
    this.info = toTokenizerInfo(model.description, chat.chatTemplate);
  }

  @Get('tokenizer_info')
  tokenizerInfo(): Readonly<Record<string, unknown>> {
    return this.info;
  }
}
