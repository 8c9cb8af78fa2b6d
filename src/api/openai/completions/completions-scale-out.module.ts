import { Module } from '@nestjs/common';
import { LanguageModule } from '@server/language/language.module';
import { RenderCompletionsController } from './render/render-completions.controller.js';
import { RenderCompletionsService } from './render/render-completions.service.js';

/** Completions without their engine, for servers that share the work: what goes to it, and what came out of it. */
@Module({
  imports: [LanguageModule],
  controllers: [RenderCompletionsController],
  providers: [RenderCompletionsService],
})
export class CompletionsScaleOutModule {}
