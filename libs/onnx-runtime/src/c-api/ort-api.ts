import koffi, { type LibraryHandle } from 'koffi';
import { OnnxRuntimeError } from '../onnx-runtime-error.js';
import { locateLibrary } from './locate-library.js';
import { ORT_API_VERSION, ortApiFunctions, type OrtApiFunctionName } from './ort-api-functions.js';

/** A native address; `0n` is null. */
export type Pointer = bigint;

/** What a native parameter takes: an address, memory, a number or text. */
export type NativeArgument = Pointer | number | string | NodeJS.ArrayBufferView;

interface NativeFunction {
  (...parameters: readonly NativeArgument[]): unknown;
  readonly async: (...parameters: unknown[]) => void;
}

/** The C API of one loaded library. Errors come out as `OnnxRuntimeError`, every status is released. */
export class OrtApi {
  readonly version: string;
  private readonly functions: Readonly<Record<OrtApiFunctionName, NativeFunction>>;
  /** Parameters of the calls in progress: koffi holds no reference to the memory behind them. */
  private readonly inFlight = new Set<readonly NativeArgument[]>();

  constructor(libraryFile: string = locateLibrary()) {
    const table = loadTable(libraryFile);
    this.version = table.version;
    this.functions = table.functions;
  }

  /** Calls a function that returns a status. */
  call(name: OrtApiFunctionName, ...parameters: readonly NativeArgument[]): void {
    this.check(toPointer(this.functions[name](...parameters)));
  }

  /** Calls a function that returns a status and writes one pointer (or size) into its last parameter; gives that value. */
  create(name: OrtApiFunctionName, ...parameters: readonly NativeArgument[]): Pointer {
    const out = new BigUint64Array(1);
    this.call(name, ...parameters, out);
    return out[0] ?? 0n;
  }

  /** Like `call`, on a thread of the libuv pool. Arrays given as parameters are kept until it is done; what addresses point to is the caller's care. */
  async callAsync(name: OrtApiFunctionName, ...parameters: readonly NativeArgument[]): Promise<void> {
    this.check(toPointer(await this.start(name, parameters)));
  }

  /** Frees a handle. */
  release(name: OrtApiFunctionName, handle: Pointer): void {
    if (handle !== 0n) {
      this.functions[name](handle);
    }
  }

  async releaseAsync(name: OrtApiFunctionName, handle: Pointer): Promise<void> {
    await this.start(name, [handle]);
  }

  private start(name: OrtApiFunctionName, parameters: readonly NativeArgument[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const native = parameters.map((parameter) => (ArrayBuffer.isView(parameter) ? addressOf(parameter) : parameter));
      const finished = (error: Error | null, result: unknown): void => {
        this.inFlight.delete(parameters);
        if (error) {
          reject(error);
        } else {
          resolve(result);
        }
      };
      this.functions[name].async(...native, finished);
      this.inFlight.add(parameters);
    });
  }

  private check(status: Pointer): void {
    if (status === 0n) {
      return;
    }
    const code = Number(this.functions.GetErrorCode(status));
    const message = readString(toPointer(this.functions.GetErrorMessage(status)));
    this.functions.ReleaseStatus(status);
    throw new OnnxRuntimeError(message, code);
  }
}

/** Address of caller-owned memory. The memory must stay referenced for as long as native code uses the address. */
export function addressOf(memory: NodeJS.ArrayBufferView): Pointer {
  return koffi.address(memory);
}

/** A NUL-terminated UTF-8 string in native memory. */
export function readString(address: Pointer): string {
  return address === 0n ? '' : koffi.decode.string(address);
}

interface LoadedTable {
  readonly version: string;
  readonly functions: Readonly<Record<OrtApiFunctionName, NativeFunction>>;
}

/** Referenced for good: koffi closes a library whose handle is collected, under the feet of every session. */
const loadedLibraries: LibraryHandle[] = [];

function loadTable(libraryFile: string): LoadedTable {
  reserveStack();
  const library = koffi.load(libraryFile);
  loadedLibraries.push(library);
  const base = toPointer(library.func('OrtGetApiBase', 'void *', [])());
  const getApi = functionAt(base, 0, 'void *', ['uint32_t']);
  const getVersionString = functionAt(base, 1, 'void *', []);
  const version = readString(toPointer(getVersionString()));
  const api = toPointer(getApi(ORT_API_VERSION));
  if (api === 0n) {
    throw new OnnxRuntimeError(`ONNX Runtime ${version} does not offer API version ${ORT_API_VERSION}`);
  }
  const functions = Object.fromEntries(
    Object.entries(ortApiFunctions).map(([name, [index, result, parameters]]) => [
      name,
      functionAt(api, index, result, parameters),
    ]),
  );
  return { version, functions: functions as Record<OrtApiFunctionName, NativeFunction> };
}

/** koffi gives asynchronous calls a stack of its own, by default 128 KiB: loading a model needs more and would overrun it. */
const ASYNC_STACK_BYTES = 16 * 1024 * 1024;

/** Only possible before koffi's first call in this thread; throws when someone was earlier. */
function reserveStack(): void {
  if ((koffi.config().async_stack_size ?? 0) < ASYNC_STACK_BYTES) {
    koffi.config({ async_stack_size: ASYNC_STACK_BYTES });
  }
}

function functionAt(table: Pointer, index: number, result: string, parameters: readonly string[]): NativeFunction {
  // ORTCHAR_T: paths are UTF-16 on Windows and UTF-8 elsewhere.
  const path = process.platform === 'win32' ? 'str16' : 'str';
  const prototype = koffi.proto(
    result,
    parameters.map((parameter) => (parameter === 'path' ? path : parameter)),
  );
  const address: unknown = koffi.decode(table, index * koffi.sizeof('void *'), 'void *');
  return koffi.decode(address, prototype) as NativeFunction;
}

/** koffi gives null pointers as null and others as bigint. */
function toPointer(value: unknown): Pointer {
  return typeof value === 'bigint' ? value : 0n;
}
