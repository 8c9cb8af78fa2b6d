import { Unpackr } from 'msgpackr';
import { Dealer, Push } from 'zeromq';
import {
  decodeInit,
  encodeHandshake,
  encodeRegistration,
  engineIdentity,
  layoutForRelease,
  RequestType,
  WireCodec,
} from '@app/engine-protocol';
import type { EngineOutput, LogprobRows } from '@app/engine-protocol';
import { ENGINE_INFO } from '@testing/engine-client';
import { WIRE_RELEASE } from '@server/engine/wire-release';
import type { RecordedEngineRequest, RecordedLogprobs, RecordedStep } from './corpus.js';

/** A request as it stood on the wire, by a MessagePack reader that is not ours. */
export interface ReceivedRequest {
  readonly fields: readonly unknown[];
  readonly script: RecordedEngineRequest | undefined;
  nextStep: number;
  done: boolean;
  aborted: boolean;
}

/** Longest wait for the requests a case announces: a front end that sends fewer is heard all the same. */
const ALL_REQUESTS_MS = 400;
const UNKNOWN_REQUEST: readonly RecordedStep[] = [{ ids: [], finish: 'error' }];

/** A headless engine core over real sockets that plays the recorded steps of the case in hand, one message a step. */
export class ScriptedEngine {
  received: ReceivedRequest[] = [];
  private script: readonly RecordedEngineRequest[] = [];
  private readonly codec = new WireCodec(layoutForRelease(WIRE_RELEASE));
  private readonly reader = new Unpackr({ int64AsType: 'bigint', useRecords: false, mapsAsObjects: true });
  private timer: NodeJS.Timeout | undefined;

  private constructor(
    private readonly input: Dealer,
    private readonly output: Push,
  ) {
    void this.read();
  }

  /** Joins the front end that waits at `handshakeAddress`. */
  static async attach(handshakeAddress: string): Promise<ScriptedEngine> {
    const routingId = engineIdentity(0).toString('latin1');
    const handshake = new Dealer({ routingId, linger: 0 });
    handshake.connect(handshakeAddress);
    await handshake.send(encodeHandshake({ status: 'HELLO', local: false, headless: true }));
    const [init] = await handshake.receive();
    const { inputs, outputs } = decodeInit(init);
    const input = new Dealer({ routingId, linger: 0 });
    input.connect(inputs[0]);
    const output = new Push({ linger: 0 });
    output.connect(outputs[0]);
    const info = { ...ENGINE_INFO, maxModelLen: 512 };
    const layout = layoutForRelease(WIRE_RELEASE);
    await input.send(encodeRegistration(info, { layout, rank: 0, instanceId: 'scripted' }));
    await handshake.send(encodeHandshake({ status: 'READY', local: false, headless: true }));
    handshake.close();
    return new ScriptedEngine(input, output);
  }

  /** The case in hand from now on. */
  play(script: readonly RecordedEngineRequest[]): void {
    clearTimeout(this.timer);
    this.script = script;
    this.received = [];
  }

  /** Resolves when every request has ended, by its last step or by an abort; after a while in any case. */
  async settled(): Promise<void> {
    const deadline = Date.now() + SETTLE_MS;
    while (this.received.some(({ done }) => !done) && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, STEP_MS));
    }
  }

  close(): void {
    clearTimeout(this.timer);
    this.input.close();
    this.output.close();
  }

  private async read(): Promise<void> {
    for await (const [type, payload] of this.input) {
      await this.take(type[0], payload);
    }
  }

  private async take(type: number, payload: Buffer): Promise<void> {
    switch (type) {
      case RequestType.add: {
        const fields = this.reader.unpack(payload) as unknown[];
        const script = this.script.at(this.received.length);
        this.received.push({ fields, script, nextStep: 0, done: false, aborted: false });
        if (this.received.length >= this.script.length) return this.run();
        this.timer ??= setTimeout(() => void this.run(), ALL_REQUESTS_MS);
        return;
      }
      case RequestType.abort: {
        const ids = this.reader.unpack(payload) as string[];
        for (const request of this.received.filter(({ fields, done }) => !done && ids.includes(fields[0] as string))) {
          request.done = true;
          request.aborted = true;
        }
        return;
      }
      case RequestType.utility: {
        const [, callId, method] = this.reader.unpack(payload) as [number, number, string];
        const result = method === 'get_supported_tasks' ? ['generate'] : false;
        await this.output.send(
          this.codec.encodeOutputs({ engineIndex: 0, outputs: [], timestamp: 1, utilityOutput: { callId, result } }),
        );
      }
    }
  }

  /** First step of each request, second step of each, … */
  private async run(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { received } = this;
    for (let step = 0; received === this.received; step++) {
      const due = received.filter(({ done, script }) => !done && step < stepsOf(script).length);
      if (due.length === 0) return;
      for (const request of due) await this.send(request, stepsOf(request.script)[step], step === 0);
    }
  }

  private async send(request: ReceivedRequest, step: RecordedStep, first: boolean): Promise<void> {
    if (request.done) return;
    request.done = step.finish !== undefined;
    const [requestId, prompt] = request.fields as [string, readonly number[]];
    const cached = step.cached_tokens ?? 0;
    const output: EngineOutput = {
      requestId,
      newTokenIds: step.ids,
      logprobs: toRows(step.logprobs),
      promptLogprobs: toRows(step.prompt_logprobs),
      finishReason: step.finish,
      stopReason: step.stop_reason,
      kvTransferParams: step.kv_transfer_params,
      prefillStats: first
        ? {
            numPromptTokens: prompt.length,
            numComputedTokens: prompt.length - cached,
            numCachedTokens: cached,
            numLocalCachedTokens: cached,
            numExternalCachedTokens: 0,
            numCacheCreationTokens: 0,
          }
        : undefined,
    };
    await this.output.send(this.codec.encodeOutputs({ engineIndex: 0, outputs: [output], timestamp: 1 }));
    // The front end's word on this step (an abort, say) comes before the next one.
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
}

const STEP_MS = 4;
const SETTLE_MS = 2000;

function stepsOf(script: RecordedEngineRequest | undefined): readonly RecordedStep[] {
  return script?.steps ?? UNKNOWN_REQUEST;
}

function toRows(recorded: RecordedLogprobs | undefined): LogprobRows | undefined {
  if (!recorded) return undefined;
  const values = recorded.values.flat().map((value) => (value === '-inf' ? -Infinity : Number(value)));
  return {
    rows: recorded.ids.length,
    columns: recorded.ids[0]?.length ?? 0,
    tokenIds: Int32Array.from(recorded.ids.flat()),
    logprobs: Float32Array.from(values),
    ranks: Int32Array.from(recorded.ranks),
  };
}
