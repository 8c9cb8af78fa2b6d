import { Controller, Post } from '@nestjs/common';
import { PermissionDeniedError } from '@app/errors';
import { Scope } from '@server/http/scope.decorator';

/** Every route that `--enable-scale-out` opens, by what it would be used for. */
const TEXT_ROUTES = [
  'v1/chat/completions/render',
  'v1/completions/render',
  'v1/messages/render',
  'v1/responses/render',
  'v1/chat/completions/derender',
  'v1/completions/derender',
];
const TOKEN_ROUTES = ['inference/v1/generate', 'inference/v1/abort_requests'];

/** Says what is missing, before any look at the body (routes.md §6). */
@Controller()
export class ScaleOutClosedController {
  @Post(TEXT_ROUTES)
  @Scope('tokenize')
  refuseText(): never {
    return refuse();
  }

  @Post(TOKEN_ROUTES)
  @Scope('infer')
  refuseTokens(): never {
    return refuse();
  }
}

function refuse(): never {
  throw new PermissionDeniedError(
    'Scale-out endpoints are disabled. Restart vllm serve with --enable-scale-out to enable them.',
  );
}
