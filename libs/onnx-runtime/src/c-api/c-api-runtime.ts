import type { OnnxRuntime, OnnxSession, SessionOptions } from '../onnx-runtime.js';
import { checkThreads, LOG_LEVEL, sessionConfig } from '../session-config.js';
import { CApiSession } from './c-api-session.js';
import { OrtApi, type Pointer } from './ort-api.js';

/** GraphOptimizationLevel: ORT_ENABLE_ALL. */
const ALL_OPTIMIZATIONS = 99;
/** OrtAllocatorType::OrtDeviceAllocator, OrtMemType::OrtMemTypeDefault: memory of the caller. */
const DEVICE_ALLOCATOR = 0;
const DEFAULT_MEMORY = 0;

/** ONNX Runtime through its C API: runs on the libuv pool, outputs in place, runs that can be stopped. */
export class CApiRuntime implements OnnxRuntime {
  readonly backend = 'c-api';
  readonly writesInPlace = true;
  readonly version: string;
  private readonly environment: Pointer;
  private readonly memory: Pointer;
  private readonly sessions = new Set<CApiSession>();

  private static loaded: CApiRuntime | undefined;

  /** The one of this process: library and environment are loaded once and stay. */
  static shared(): CApiRuntime {
    CApiRuntime.loaded ??= new CApiRuntime();
    return CApiRuntime.loaded;
  }

  /** Throws `OnnxRuntimeError` (or what the loader says) when the library cannot be used here. */
  constructor(private readonly api: OrtApi = new OrtApi()) {
    this.version = api.version;
    this.environment = api.create('CreateEnv', LOG_LEVEL, 'aerie');
    this.memory = api.create('CreateCpuMemoryInfo', DEVICE_ALLOCATOR, DEFAULT_MEMORY);
    // Node waits for the libuv pool before it ends: without this, `process.exit` would last as long as the run in progress.
    process.once('exit', () => this.sessions.forEach((session) => session.terminate()));
  }

  async createSession(model: string | Uint8Array, options: SessionOptions = {}): Promise<OnnxSession> {
    const sessionOptions = this.createSessionOptions(options);
    try {
      const session = await this.load(model, sessionOptions);
      try {
        const opened = new CApiSession(this.api, session, this.memory, () => this.sessions.delete(opened));
        this.sessions.add(opened);
        return opened;
      } catch (error) {
        await this.api.releaseAsync('ReleaseSession', session);
        throw error;
      }
    } finally {
      this.api.release('ReleaseSessionOptions', sessionOptions);
    }
  }

  private async load(model: string | Uint8Array, options: Pointer): Promise<Pointer> {
    const out = new BigUint64Array(1);
    if (typeof model === 'string') {
      await this.api.callAsync('CreateSession', this.environment, model, options, out);
    } else {
      await this.api.callAsync('CreateSessionFromArray', this.environment, model, model.byteLength, options, out);
    }
    return out[0] ?? 0n;
  }

  private createSessionOptions(wanted: SessionOptions): Pointer {
    checkThreads(wanted);
    const { intraOpNumThreads } = wanted;
    const options = this.api.create('CreateSessionOptions');
    try {
      this.api.call('SetSessionLogSeverityLevel', options, LOG_LEVEL);
      this.api.call('SetSessionGraphOptimizationLevel', options, ALL_OPTIMIZATIONS);
      this.api.call('DisableCpuMemArena', options);
      if (intraOpNumThreads !== undefined) {
        this.api.call('SetIntraOpNumThreads', options, intraOpNumThreads);
      }
      for (const [key, value] of Object.entries(sessionConfig(wanted))) {
        this.api.call('AddSessionConfigEntry', options, key, value);
      }
      return options;
    } catch (error) {
      this.api.release('ReleaseSessionOptions', options);
      throw error;
    }
  }
}
