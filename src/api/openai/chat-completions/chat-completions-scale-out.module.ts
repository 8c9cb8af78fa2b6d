import { Module } from '@nestjs/common';
import { LanguageModule } from '@server/language/language.module';
import { DerenderChatController } from './derender/derender-chat.controller.js';
import { DerenderChatService } from './derender/derender-chat.service.js';
import { RenderChatController } from './render/render-chat.controller.js';
import { RenderChatService } from './render/render-chat.service.js';

/** The chat without its engine, for servers that share the work: what goes to it, and what came out of it. */
@Module({
  imports: [LanguageModule],
  controllers: [RenderChatController, DerenderChatController],
  providers: [RenderChatService, DerenderChatService],
})
export class ChatCompletionsScaleOutModule {}
