import { BadRequestException, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { Text } from '@app/text';
import { AnyTypeJsonBody } from '@server/http/any-type-json-body.decorator';
import { Scope } from '@server/http/scope.decorator';
import { isObject } from '@server/http/validation/index';

/** Ends requests by the ids their answers carry; their clients get what there is, with finish reason `abort` (routes.md §6). */
class AbortRequests {
  constructor(@Inject(Text) private readonly text: Text) {}

  protected end(body: unknown): void {
    if (!isObject(body)) throw new BadRequestException('Request body must be a JSON object');
    const { request_ids: ids } = body;
    if (ids === undefined || ids === null) throw new BadRequestException("Missing 'request_ids' in request body");
    if (!Array.isArray(ids) || !ids.every((id) => typeof id === 'string')) {
      throw new BadRequestException("'request_ids' must be a list of strings");
    }
    this.text.abort(ids);
  }
}

@Controller('inference/v1/abort_requests')
@Scope('infer')
export class AbortRequestsController extends AbortRequests {
  @Post()
  @HttpCode(200)
  abort(@AnyTypeJsonBody() body: unknown): void {
    this.end(body);
  }
}

/** The older path, for `--tokens-only` servers. */
@Controller('abort_requests')
@Scope('admin')
export class TokensOnlyAbortController extends AbortRequests {
  @Post()
  @HttpCode(200)
  abort(@AnyTypeJsonBody() body: unknown): void {
    this.end(body);
  }
}
