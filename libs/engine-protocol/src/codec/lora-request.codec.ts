import type { WireLayout } from '../layout/wire-layout.js';
import type { LoraRequest } from '../lora-request.js';
import { MalformedMessageError } from '../malformed-message.error.js';

/** LoRARequest: an array by position, in requests and as the argument of `add_lora` (engine protocol §5.9). */
export function toLoraElements(lora: LoraRequest, { structs }: WireLayout): readonly unknown[] {
  const values: Readonly<Record<string, unknown>> = {
    lora_name: lora.name,
    lora_int_id: lora.id,
    lora_path: lora.path,
    base_model_name: lora.baseModelName,
    load_inplace: lora.loadInplace ?? false,
    is_3d_lora_weight: lora.is3dWeight ?? false,
  };
  return structs.LoRARequest.map((name) => values[name] ?? null);
}

/** Throws `MalformedMessageError` for what an engine would not take. */
export function fromLoraElements(elements: unknown, { structs }: WireLayout): LoraRequest {
  if (!Array.isArray(elements)) throw new MalformedMessageError('expected an array');
  const value = (name: string): unknown => (elements as readonly unknown[])[structs.LoRARequest.indexOf(name)];
  const [name, id, path] = ['lora_name', 'lora_int_id', 'lora_path'].map(value);
  const baseModelName = value('base_model_name') ?? undefined;
  if (typeof name !== 'string' || name === '') throw new MalformedMessageError('lora_name must be a string');
  if (!Number.isSafeInteger(id) || Number(id) < 1) throw new MalformedMessageError('lora_int_id must be at least 1');
  if (typeof path !== 'string' || path === '') throw new MalformedMessageError('lora_path must be a string');
  if (baseModelName !== undefined && typeof baseModelName !== 'string') {
    throw new MalformedMessageError('base_model_name must be a string');
  }
  return {
    name,
    id: Number(id),
    path,
    baseModelName,
    loadInplace: flag(value, 'load_inplace'),
    is3dWeight: flag(value, 'is_3d_lora_weight'),
  };
}

type ValueOf = (name: string) => unknown;

/** Absent: false. Null is no truth value. */
function flag(value: ValueOf, name: string): boolean {
  const given = value(name);
  if (given !== undefined && typeof given !== 'boolean') throw new MalformedMessageError(`${name} must be a boolean`);
  return given ?? false;
}
