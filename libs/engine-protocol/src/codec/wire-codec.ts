import type { EngineOutputs } from '../engine-output.js';
import type { EngineRequest } from '../engine-request.js';
import type { WireLayout } from '../layout/wire-layout.js';
import { EngineOutputsCodec } from './engine-outputs.codec.js';
import { EngineRequestCodec } from './engine-request.codec.js';

/**
 * Requests and outputs of one release. Frame lists are `[payload, ...auxiliary frames]`: without the identity and the type frame of a request,
 * so that an array's frame index is an index into the list (engine protocol §3.4).
 */
export class WireCodec {
  private readonly requests: EngineRequestCodec;
  private readonly outputs: EngineOutputsCodec;

  constructor(readonly layout: WireLayout) {
    this.requests = new EngineRequestCodec(layout);
    this.outputs = new EngineOutputsCodec(layout);
  }

  /** Payload of an ADD that `checkRequest` let through: fields that the release lacks are left out. Throws RangeError or TypeError for a value without a form on the wire. */
  encodeRequest(request: EngineRequest): Buffer[] {
    return this.requests.encode(request);
  }

  /** Throws MalformedMessageError (with the request id if it can be read) for what does not decode, breaks a sampling rule or needs a feature this protocol port lacks. */
  decodeRequest(frames: readonly Uint8Array[]): EngineRequest {
    return this.requests.decode(frames);
  }

  encodeOutputs(outputs: EngineOutputs): Buffer[] {
    return this.outputs.encode(outputs);
  }

  /** Arrays in the result are views into the frames. Throws MalformedMessageError. */
  decodeOutputs(frames: readonly Uint8Array[]): EngineOutputs {
    return this.outputs.decode(frames);
  }

  /**
   * Why the sender of this message speaks another layout, if that shows. A client asks it of an engine's messages up to the first one with outputs: positions mean
   * other things in other releases, and silence would be the best that came of reading on. Throws MalformedMessageError for what is no message.
   */
  outputsMismatch(frames: readonly Uint8Array[]): string | undefined {
    return this.outputs.mismatch(frames);
  }
}
