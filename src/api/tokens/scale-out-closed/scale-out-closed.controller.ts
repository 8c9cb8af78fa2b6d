import { Controller, Post } from '@nestjs/common';
import { PermissionDeniedError } from '@app/errors';

/** Every route that `--enable-scale-out` opens. */
const CLOSED_ROUTES = [
  'v1/chat/completions/render',
  'v1/completions/render',
  'v1/messages/render',
  'v1/responses/render',
  'v1/chat/completions/derender',
  'v1/completions/derender',
  'inference/v1/generate',
  'inference/v1/abort_requests',
];

/** Says what is missing, before any look at the body (routes.md §6). */
@Controller()
export class ScaleOutClosedController {
  @Post(CLOSED_ROUTES)
  refuse(): never {
    throw new PermissionDeniedError(
      'Scale-out endpoints are disabled. Restart vllm serve with --enable-scale-out to enable them.',
    );
  }
}
