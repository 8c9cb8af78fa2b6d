import { Module } from '@nestjs/common';
import { LanguageModule } from '@server/language/language.module';
import { CompletionsController } from './completions.controller.js';
import { CompletionsService } from './completions.service.js';

@Module({ imports: [LanguageModule], controllers: [CompletionsController], providers: [CompletionsService] })
export class CompletionsModule {}
