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
  /** READY of elastic deployments from 0.33 on; told to those that join later. */
  readonly elasticLimits?: ElasticLimits | undefined;
}

/** What all engines of an elastic deployment are sized for. */
export interface ElasticLimits {
  readonly numRedundantExperts: number;
  readonly maxDataParallelSize: number;
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
  /** Of an engine that joins a running deployment from 0.33 on (engine protocol §10). */
  readonly elasticLimits?: ElasticLimits | undefined;
}

export function encodeHandshake(message: HandshakeMessage): Buffer {
  const writer = new MsgpackWriter();
  const { status, local, headless, parallelConfigHash, numGpuBlocks, dpStatsAddress } = message;
  const { elasticLimits } = message;
  writer.any({
    status,
    local,
    headless,
    ...(numGpuBlocks === undefined ? {} : { num_gpu_blocks: numGpuBlocks, dp_stats_address: dpStatsAddress }),
    ...(parallelConfigHash === undefined ? {} : { parallel_config_hash: parallelConfigHash }),
    ...(elasticLimits === undefined ? {} : elasticFields(elasticLimits)),
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
    ...elasticLimitsOf(fields),
  };
}

export function encodeInit(init: EngineInit): Buffer {
  const writer = new MsgpackWriter();
  const metadata = {
    addresses: {
      inputs: init.inputs,
      outputs: init.outputs,
      coordinator_input: init.coordinatorInput,
      coordinator_output: init.coordinatorOutput,
      frontend_stats_publish_address: init.frontendStatsPublishAddress,
    },
    parallel_config: init.parallelConfig,
  };
  const { elasticLimits } = init;
  writer.any(elasticLimits === undefined ? metadata : { engine_metadata: metadata, ...elasticFields(elasticLimits) });
  return writer.take();
}

/** Throws MalformedMessageError, also for address lists that are empty or of different lengths. */
export function decodeInit(payload: Uint8Array): EngineInit {
  const outer = decodeRecord(payload);
  const fields = outer['engine_metadata'] === undefined ? outer : record(outer['engine_metadata'], 'engine_metadata');
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
    ...elasticLimitsOf(outer),
  };
}

function elasticFields({ numRedundantExperts, maxDataParallelSize }: ElasticLimits): Fields {
  return { num_redundant_experts: numRedundantExperts, elastic_ep_max_dp_size: maxDataParallelSize };
}

function elasticLimitsOf(fields: Fields): { readonly elasticLimits?: ElasticLimits } {
  const numRedundantExperts = optionalInt(fields, 'num_redundant_experts');
  const maxDataParallelSize = optionalInt(fields, 'elastic_ep_max_dp_size');
  return numRedundantExperts === undefined || maxDataParallelSize === undefined
    ? {}
    : { elasticLimits: { numRedundantExperts, maxDataParallelSize } };
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
