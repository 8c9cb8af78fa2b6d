import { Module } from '@nestjs/common';
import { DecisionReadsModule } from '@server/api/decisions/shared/decision-reads.module';
import { DecisionsController } from './decisions.controller.js';
import { DecisionsService } from './decisions.service.js';

@Module({ imports: [DecisionReadsModule], controllers: [DecisionsController], providers: [DecisionsService] })
export class DecisionsModule {}

/** For servers that generate no text: the route is there and says so. */
@Module({ controllers: [DecisionsController], providers: [DecisionsService] })
export class DecisionsClosedModule {}
