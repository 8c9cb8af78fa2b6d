import { BadRequestException, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { Text } from '@app/text';
import { AnyTypeJsonBody } from '@server/http/any-type-json-body.decorator';
import { isObject } from '@server/http/validation/index';

/** Ends requests of this server; their clients get what there is, with finish reason `abort` (routes.md §4). */
@Controller('abort_requests')
export class DevAbortRequestsController {
  constructor(@Inject(Text) private readonly text: Text) {}

  /** By the ids of their answers, known or not; without ids all of them. */
  @Post()
  @HttpCode(200)
  abort(@AnyTypeJsonBody('Invalid JSON format') body: unknown): { readonly status: string; readonly aborted: number } {
    const ids = toRequestIds(body);
    if (ids.length === 0) return { status: 'aborted', aborted: this.text.abortAll() };
    this.text.abort(ids);
    return { status: 'aborted', aborted: ids.length };
  }
}

function toRequestIds(body: unknown): readonly string[] {
  if (!isObject(body)) throw new BadRequestException('Request body must be a JSON object');
  const ids = body.request_ids ?? [];
  if (!Array.isArray(ids) || !ids.every((id) => typeof id === 'string')) {
    throw new BadRequestException("'request_ids' must be a list of strings");
  }
  return ids;
}
