import { Module } from '@nestjs/common';
import { LanguageModule } from '@server/language/language.module';
import { GenerativeScoringController } from './generative-scoring.controller.js';
import { GenerativeScoringService } from './generative-scoring.service.js';

@Module({
  imports: [LanguageModule],
  controllers: [GenerativeScoringController],
  providers: [GenerativeScoringService],
})
export class GenerativeScoringModule {}
