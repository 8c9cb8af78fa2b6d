import { Module } from '@nestjs/common';
import { LanguageModule } from '@server/language/language.module';
import { GenerateController } from './generate.controller.js';
import { GenerateService } from './generate.service.js';

@Module({ imports: [LanguageModule], controllers: [GenerateController], providers: [GenerateService] })
export class GenerateModule {}
