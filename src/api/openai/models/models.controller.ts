import { Controller, Get } from '@nestjs/common';
import { ServedModels } from '@server/engine/served-models';
import { Scope } from '@server/http/scope.decorator';
import { toModelList } from './to-model-list.js';
import type { ModelList } from './to-model-list.js';

@Controller('v1/models')
@Scope('infer')
export class ModelsController {
  constructor(private readonly models: ServedModels) {}

  @Get()
  list(): ModelList {
    return toModelList(this.models, Math.floor(Date.now() / 1000));
  }
}
