import { Max, Min } from 'class-validator';
import { AreLoraModules, toLoraModule } from './lora-modules.js';
import type { LoraModule } from './lora-modules.js';
import { Option } from './option.decorator.js';

/** Adapters of the model's weights. The engines that run them need vLLM's flags of the same names. */
export class LoraConfig {
  @Option({
    flag: '--enable-lora',
    kind: 'boolean',
    default: false,
    help: 'The engines run LoRA adapters; not for the onnx engine.',
  })
  readonly enableLora!: boolean;

  @Option({
    flag: '--max-loras',
    kind: 'integer',
    default: 1,
    help: 'Adapters that the engines run in one batch.',
    rules: [Min(1), Max(65_536)],
  })
  readonly maxLoras!: number;

  @Option({
    flag: '--lora-modules',
    kind: 'words',
    default: [],
    help: 'Adapters to load at start: NAME=PATH, or a JSON object with name, path and, if need be, base_model_name and is_3d_lora_weight.',
    rules: [AreLoraModules()],
  })
  readonly loraModules!: readonly string[];

  @Option({
    flag: '--max-lora-adapters',
    kind: 'integer',
    default: 1000,
    help: 'Adapters that may be loaded at the same time, those of --lora-modules among them.',
    rules: [Min(1), Max(1_000_000)],
  })
  readonly maxLoraAdapters!: number;

  /** What `loraModules` say. */
  get modules(): readonly LoraModule[] {
    return this.loraModules.map(toLoraModule);
  }
}
