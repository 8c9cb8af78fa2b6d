import type { Tensors } from '../single-run-session.js';
import { elementTypes } from '../tensor-types.js';
import { addressOf, type OrtApi, type Pointer } from './ort-api.js';

/** Memory for a tensor without elements: native code wants a valid address all the same. */
const NO_ELEMENTS = new BigUint64Array(1);

/** The OrtValues of one side of a run, over memory that stays the caller's. */
export class NativeTensors {
  private readonly names: Pointer[] = [];
  private readonly values: Pointer[] = [];
  /** What native code points into; referenced until `release`. */
  private held: NodeJS.ArrayBufferView[] = [];

  constructor(
    private readonly api: OrtApi,
    /** OrtMemoryInfo of the caller's memory. */
    private readonly memory: Pointer,
  ) {}

  /** `names` gives the NUL-terminated bytes of every name. */
  add(tensors: Tensors, names: ReadonlyMap<string, Buffer>): void {
    for (const [name, { type, dims, data }] of Object.entries(tensors)) {
      const nameBytes = names.get(name) ?? Buffer.from(`${name}\0`);
      this.held.push(nameBytes, data);
      this.names.push(addressOf(nameBytes));
      this.values.push(
        this.api.create(
          'CreateTensorWithDataAsOrtValue',
          this.memory,
          addressOf(data.length > 0 ? data : NO_ELEMENTS),
          data.byteLength,
          BigInt64Array.from(dims, BigInt),
          dims.length,
          elementTypes[type].code,
        ),
      );
    }
  }

  /** Name addresses, value addresses and their count, as `Run` takes them. */
  toArrays(): readonly [names: Pointer, values: Pointer, count: number] {
    const names = BigUint64Array.from(this.names);
    const values = BigUint64Array.from(this.values);
    this.held.push(names, values);
    return [addressOf(names), addressOf(values), this.values.length];
  }

  release(): void {
    for (const value of this.values) {
      this.api.release('ReleaseValue', value);
    }
    this.values.length = 0;
    this.held = [];
  }
}
