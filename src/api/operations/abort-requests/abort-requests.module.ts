import { Module } from '@nestjs/common';
import { LanguageModule } from '@server/language/language.module';
import { DevAbortRequestsController } from './abort-requests.controller.js';

@Module({ imports: [LanguageModule], controllers: [DevAbortRequestsController] })
export class DevAbortRequestsModule {}
