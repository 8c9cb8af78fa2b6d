import { Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { Engine } from '@app/engine-protocol';
import { AnyTypeJsonBody } from '@server/http/any-type-json-body.decorator';
import { PATIENT } from '../shared/patient.js';
import { toRpcResults } from './to-rpc-results.js';
import type { RpcResults } from './to-rpc-results.js';
import { toWorkerCall } from './to-worker-call.js';

/** Methods of the engines' workers, for those who bring their own (other-endpoints.md §11). */
@Controller('collective_rpc')
export class RpcController {
  constructor(@Inject(Engine) private readonly engine: Engine) {}

  @Post()
  @HttpCode(200)
  async call(@AnyTypeJsonBody() body: unknown): Promise<RpcResults | undefined> {
    const { method, timeout, args, kwargs } = toWorkerCall(body);
    return toRpcResults(await this.engine.utility('collective_rpc', [method, timeout, args, kwargs], PATIENT));
  }
}
