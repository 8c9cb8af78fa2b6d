import { SingleRunSession, type Tensors } from '../single-run-session.js';
import { NativeTensors } from './native-tensors.js';
import type { OrtApi, Pointer } from './ort-api.js';
import { readValues } from './read-values.js';

/** A session over the C API. Takes over the native session and frees it on `release`. */
export class CApiSession extends SingleRunSession {
  private readonly runOptions: Pointer;
  private readonly names: ReadonlyMap<string, Buffer>;

  constructor(
    private readonly api: OrtApi,
    private readonly session: Pointer,
    private readonly memory: Pointer,
    private readonly onReleased: () => void,
  ) {
    super(readValues(api, session, 'input'), readValues(api, session, 'output'));
    this.names = new Map([...this.inputs, ...this.outputs].map(({ name }) => [name, Buffer.from(`${name}\0`)]));
    this.runOptions = api.create('CreateRunOptions');
  }

  protected async execute(inputs: Tensors, outputs: Tensors): Promise<void> {
    const feeds = new NativeTensors(this.api, this.memory);
    const fetches = new NativeTensors(this.api, this.memory);
    try {
      this.api.call('RunOptionsUnsetTerminate', this.runOptions);
      feeds.add(inputs, this.names);
      fetches.add(outputs, this.names);
      const [inputNames, inputValues, inputCount] = feeds.toArrays();
      const [outputNames, outputValues, outputCount] = fetches.toArrays();
      await this.api.callAsync(
        'Run',
        this.session,
        this.runOptions,
        inputNames,
        inputValues,
        inputCount,
        outputNames,
        outputCount,
        outputValues,
      );
    } finally {
      // Until here every array is referenced, as native code needs it.
      feeds.release();
      fetches.release();
    }
  }

  protected interrupt(): void {
    this.api.call('RunOptionsSetTerminate', this.runOptions);
  }

  protected async free(): Promise<void> {
    this.api.release('ReleaseRunOptions', this.runOptions);
    await this.api.releaseAsync('ReleaseSession', this.session);
    this.onReleased();
  }
}
