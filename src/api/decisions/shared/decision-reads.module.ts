import { Module } from '@nestjs/common';
import type { Provider } from '@nestjs/common';
import { Chat } from '@app/chat';
import { EngineConfig } from '@server/config/index';
import { LoadedModel } from '@server/engine/loaded-model';
import { LanguageModule } from '@server/language/language.module';
import { createDecisionReads } from './create-decision-reads.js';
import { DecisionReads } from './decision-reads.js';

/** Undefined for a model that cannot be asked closed questions. */
const decisionReads: Provider = {
  provide: DecisionReads,
  useFactory: createDecisionReads,
  inject: [Chat, LoadedModel, EngineConfig],
};

@Module({ imports: [LanguageModule], providers: [decisionReads], exports: [DecisionReads] })
export class DecisionReadsModule {}
