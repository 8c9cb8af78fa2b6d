import { capturedMessage, capturedMessages, type CapturedMessage } from '@testing/engine-protocol';
import { describe, expect, it } from 'vitest';
import { decodeRegistration } from './control/registration.js';
import { WireCodec } from './codec/wire-codec.js';
import { layoutForRelease } from './layout/wire-layout.js';
import { MsgpackReader } from './msgpack/msgpack-reader.js';

/** Which spec runs a captured message; each takes all of its kind, so that none is left out. */
function specOf({ name, socket, frames }: CapturedMessage): string {
  if (socket === 'handshake') return 'control-messages: handshake';
  if (name.startsWith('registration')) return 'control-messages: registration';
  if (name === 'death sentinel') return 'control-messages: frames';
  if (socket === 'coordinator input' || socket === 'stats publish') return 'coordinator-messages';
  if (socket === 'output' || socket === 'coordinator output') return 'engine-outputs.codec';
  if (frames[0][0] === 0) return 'engine-request.codec';
  return /^(ABORT|UTILITY)/.test(name) ? 'control-messages: requests' : 'request-intake';
}

describe('captured messages', () => {
  const messages = capturedMessages();

  it('are all run, by the specs of their kinds', () => {
    const counts = new Map<string, number>();
    for (const message of messages) counts.set(specOf(message), (counts.get(specOf(message)) ?? 0) + 1);
    expect(Object.fromEntries(counts)).toEqual({
      'control-messages: handshake': 6,
      'control-messages: registration': 2,
      'control-messages: requests': 16,
      'control-messages: frames': 1,
      'coordinator-messages': 9,
      'engine-outputs.codec': 46,
      'engine-request.codec': 32,
      'request-intake': 1,
    });
  });

  it('have names of their own', () => {
    expect(new Set(messages.map(({ name }) => name)).size).toBe(messages.length);
  });

  it('tell the key sets of registrations: of a lone engine and of one among two', () => {
    for (const name of ['registration', 'registration, MoE DP 2, rank 1']) {
      const { frames, decoded } = capturedMessage(name);
      const { vllmVersion, dataParallelRank, keys } = decodeRegistration(frames[0]);
      const sent = decoded as Record<string, unknown>;
      expect([vllmVersion, dataParallelRank, keys]).toEqual([
        ...[sent['vllm_version'], sent['data_parallel_rank'], Object.keys(sent)],
      ]);
    }
  });

  it.each(['output, embedding', 'output, classification', 'output, late interaction', 'output, multimodal cache miss'])(
    'carry results that this port has no place for, and reads past: %s',
    (name) => {
      const layout = layoutForRelease('0.32.0');
      const { frames } = capturedMessage(name);
      const [, [elements]] = new MsgpackReader(frames[0]).readAny() as [number, unknown[][]];
      const [output] = new WireCodec(layout).decodeOutputs(frames).outputs;
      const field = name.endsWith('miss') ? 'mm_cache_miss_hashes' : 'pooling_output';
      expect(elements[layout.structs.EngineCoreOutput.indexOf(field)]).not.toBeNull();
      expect([output.requestId, output.finishReason]).toEqual([elements[0], name.endsWith('miss') ? 'error' : 'stop']);
    },
  );
});
