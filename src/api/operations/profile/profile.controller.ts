import { Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ReadsBody } from '@server/http/openapi/reads-body.decorator';
import { StartProfileRequest } from './dto/start-profile-request.dto.js';
import { ProfileBody } from './profile-body.decorator.js';
import { ProfileService } from './profile.service.js';

/** Traces of what engines do, where `--profiler-config` names a profiler (routes.md §3). */
@Controller()
export class ProfileController {
  constructor(@Inject(ProfileService) private readonly profiling: ProfileService) {}

  @Post('start_profile')
  @HttpCode(200)
  @ReadsBody(StartProfileRequest)
  start(@ProfileBody() wishes: StartProfileRequest): Promise<void> {
    return this.profiling.start(wishes);
  }

  @Post('stop_profile')
  @HttpCode(200)
  stop(): Promise<void> {
    return this.profiling.stop();
  }
}
