import { Module } from '@nestjs/common';
import { TokenizerInfoController } from './tokenizer-info.controller.js';

@Module({ controllers: [TokenizerInfoController] })
export class TokenizerInfoModule {}
