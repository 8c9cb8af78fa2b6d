import { Module } from '@nestjs/common';
import { LanguageModule } from '@server/language/language.module';
import { DerenderCompletionsController } from './derender/derender-completions.controller.js';
import { DerenderCompletionsService } from './derender/derender-completions.service.js';
import { RenderCompletionsController } from './render/render-completions.controller.js';
import { RenderCompletionsService } from './render/render-completions.service.js';

/** Completions without their engine, for servers that share the work: what goes to it, and what came out of it. */
@Module({
  imports: [LanguageModule],
  controllers: [RenderCompletionsController, DerenderCompletionsController],
  providers: [RenderCompletionsService, DerenderCompletionsService],
})
export class CompletionsScaleOutModule {}
