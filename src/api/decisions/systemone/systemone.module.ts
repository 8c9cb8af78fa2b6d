import { Module } from '@nestjs/common';
import { DecisionReadsModule } from '@server/api/decisions/shared/decision-reads.module';
import { SystemoneController } from './systemone.controller.js';
import { SystemoneService } from './systemone.service.js';

@Module({ imports: [DecisionReadsModule], controllers: [SystemoneController], providers: [SystemoneService] })
export class SystemoneModule {}

/** For servers that generate no text: the route is there and says so. */
@Module({ controllers: [SystemoneController], providers: [SystemoneService] })
export class SystemoneClosedModule {}
