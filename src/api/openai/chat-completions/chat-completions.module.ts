import { Module } from '@nestjs/common';
import { LanguageModule } from '@server/language/language.module';
import { ChatCompletionsController } from './chat-completions.controller.js';
import { ChatCompletionsService } from './chat-completions.service.js';

@Module({
  imports: [LanguageModule],
  controllers: [ChatCompletionsController],
  providers: [ChatCompletionsService],
})
export class ChatCompletionsModule {}
