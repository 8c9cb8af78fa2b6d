import { Module } from '@nestjs/common';
import { LanguageModule } from '@server/language/language.module';
import { BatchChatController } from './batch/batch-chat.controller.js';
import { BatchChatService } from './batch/batch-chat.service.js';
import { ChatCompletionsController } from './chat-completions.controller.js';
import { ChatCompletionsService } from './chat-completions.service.js';

@Module({
  imports: [LanguageModule],
  controllers: [ChatCompletionsController, BatchChatController],
  providers: [ChatCompletionsService, BatchChatService],
})
export class ChatCompletionsModule {}
