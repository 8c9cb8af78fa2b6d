import { MalformedMessageError } from '../malformed-message.error.js';
import { MsgpackReader } from '../msgpack/msgpack-reader.js';
import { MsgpackWriter } from '../msgpack/msgpack-writer.js';

/** What an engine core says on the handshake socket (engine protocol §2.2). */
export interface HandshakeMessage {
  readonly status: 'HELLO' | 'READY';
  /** Started by the front end it talks to, on the same host. */
  readonly local: boolean;
  /** Runs without a front end beside it. */
  readonly headless: boolean;
  /** READY of MoE data-parallel engines only; all ranks must report the same. */
  readonly parallelConfigHash?: string | undefined;
  /** READY of releases 0.17 to 0.19 only; later ones register it. */
  readonly numGpuBlocks?: number | undefined;
  readonly dpStatsAddress?: string | undefined;
}

/** The front end's answer to HELLO: where the engine core connects to. Entry k of both lists belongs to client k. */
export interface EngineInit {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly coordinatorInput?: string | undefined;
  readonly coordinatorOutput?: string | undefined;
  readonly frontendStatsPublishAddress?: string | undefined;
  /** Attributes to set on the engine's parallel configuration. */
  readonly parallelConfig: Readonly<Record<string, unknown>>;
}

export function encodeHandshake(message: HandshakeMessage): Buffer {
  const writer = new MsgpackWriter();
  const { status, local, headless, parallelConfigHash, numGpuBlocks, dpStatsAddress } = message;
  writer.any({
    status,
    local,
    headless,
    ...(numGpuBlocks === undefined ? {} : { num_gpu_blocks: numGpuBlocks, dp_stats_address: dpStatsAddress }),
    ...(parallelConfigHash === undefined ? {} : { parallel_config_hash: parallelConfigHash }),
  });
  return writer.take();
}

/** Throws MalformedMessageError; unknown keys are ignored. */
export function decodeHandshake(payload: Uint8Array): HandshakeMessage {
  const fields = decodeRecord(payload);
  const status = fields['status'];
  if (status !== 'HELLO' && status !== 'READY') throw new MalformedMessageError('status is neither HELLO nor READY');
  return {
    status,
    local: boolean(fields, 'local'),
    headless: boolean(fields, 'headless'),
    parallelConfigHash: optionalString(fields, 'parallel_config_hash'),
    numGpuBlocks: optionalInt(fields, 'num_gpu_blocks'),
    dpStatsAddress: optionalString(fields, 'dp_stats_address'),
  };
}

export function encodeInit(init: EngineInit): Buffer {
  const writer = new MsgpackWriter();
  writer.any({
    addresses: {
      inputs: init.inputs,
      outputs: init.outputs,
      coordinator_input: init.coordinatorInput,
      coordinator_output: init.coordinatorOutput,
      frontend_stats_publish_address: init.frontendStatsPublishAddress,
    },
    parallel_config: init.parallelConfig,
  });
  return writer.take();
}

/** Throws MalformedMessageError, also for address lists that are empty or of different lengths. */
export function decodeInit(payload: Uint8Array): EngineInit {
  const fields = decodeRecord(payload);
  const addresses = record(fields['addresses'], 'addresses');
  const inputs = strings(addresses, 'inputs');
  const outputs = strings(addresses, 'outputs');
  if (inputs.length === 0 || inputs.length !== outputs.length) {
    throw new MalformedMessageError('inputs and outputs must be equally many, and at least one');
  }
  return {
    inputs,
    outputs,
    coordinatorInput: optionalString(addresses, 'coordinator_input'),
    coordinatorOutput: optionalString(addresses, 'coordinator_output'),
    frontendStatsPublishAddress: optionalString(addresses, 'frontend_stats_publish_address'),
    parallelConfig: record(fields['parallel_config'] ?? {}, 'parallel_config'),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function decodeRecord(payload: Uint8Array): Fields {
  const reader = new MsgpackReader(payload);
  const fields = reader.readRecord();
  reader.expectEnd();
  return fields;
}

function record(value: unknown, name: string): Fields {
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return value as Fields;
  }
  throw new MalformedMessageError(`${name} is not a map`);
}

function strings(fields: Fields, name: string): readonly string[] {
  const value = fields[name];
  if (Array.isArray(value) && value.every((element): element is string => typeof element === 'string')) return value;
  throw new MalformedMessageError(`${name} is not a list of strings`);
}

function boolean(fields: Fields, name: string): boolean {
  const value = fields[name];
  if (typeof value === 'boolean') return value;
  throw new MalformedMessageError(`${name} is not a boolean`);
}

function optionalString(fields: Fields, name: string): string | undefined {
  const value = fields[name] ?? undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw new MalformedMessageError(`${name} is not a string`);
}

function optionalInt(fields: Fields, name: string): number | undefined {
  const value = fields[name] ?? undefined;
  if (value === undefined || Number.isSafeInteger(value)) return value as number | undefined;
  throw new MalformedMessageError(`${name} is not an integer`);
}
