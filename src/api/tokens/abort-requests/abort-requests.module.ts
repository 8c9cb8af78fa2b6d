import { Module } from '@nestjs/common';
import { LanguageModule } from '@server/language/language.module';
import { AbortRequestsController, TokensOnlyAbortController } from './abort-requests.controller.js';

@Module({ imports: [LanguageModule], controllers: [AbortRequestsController] })
export class AbortRequestsModule {}

@Module({ imports: [LanguageModule], controllers: [TokensOnlyAbortController] })
export class TokensOnlyAbortModule {}
