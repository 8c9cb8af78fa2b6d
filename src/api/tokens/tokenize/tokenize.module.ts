import { Module } from '@nestjs/common';
import { LanguageModule } from '@server/language/language.module';
import { TokenizeController } from './tokenize.controller.js';
import { TokenizeService } from './tokenize.service.js';

@Module({ imports: [LanguageModule], controllers: [TokenizeController], providers: [TokenizeService] })
export class TokenizeModule {}
