import { ValidateBy } from 'class-validator';

/** One adapter of `--lora-modules`. */
export interface LoraModule {
  readonly name: string;
  readonly path: string;
  readonly baseModelName?: string | undefined;
  readonly is3dWeight?: boolean | undefined;
}

/** `name=path`, split at the first `=`, or a JSON object; what has a comma is JSON. Throws an `Error` in vLLM's words. */
export function toLoraModule(text: string): LoraModule {
  const equals = text.indexOf('=');
  if (equals < 0 || text.includes(',') || text.trimStart().startsWith('{')) return fromJson(text);
  return named(text, { name: text.slice(0, equals), path: text.slice(equals + 1) });
}

/** Rule of an option whose words are adapters. */
export function AreLoraModules(): PropertyDecorator {
  return ValidateBy({
    name: 'loraModules',
    validator: {
      validate: (texts) => firstProblem(texts as readonly string[]) === undefined,
      defaultMessage: (args) => firstProblem((args?.value ?? []) as readonly string[]) ?? '',
    },
  });
}

function firstProblem(texts: readonly string[]): string | undefined {
  const names = new Set<string>();
  for (const text of texts) {
    try {
      const { name } = toLoraModule(text);
      if (names.has(name)) return `two adapters have the name ${name}`;
      names.add(name);
    } catch (error) {
      return (error as Error).message;
    }
  }
  return undefined;
}

function fromJson(text: string): LoraModule {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`Invalid JSON format for --lora-modules: ${text}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidFields(text, 'expected an object with name and path');
  }
  const { name, path, base_model_name, is_3d_lora_weight, ...others } = value as Readonly<Record<string, unknown>>;
  const [other] = Object.keys(others);
  if (other !== undefined) throw invalidFields(text, `unknown field ${other}`);
  if (typeof name !== 'string' || typeof path !== 'string') throw invalidFields(text, 'name and path must be strings');
  const base = base_model_name ?? undefined;
  if (base !== undefined && typeof base !== 'string') throw invalidFields(text, 'base_model_name must be a string');
  const is3d = is_3d_lora_weight ?? false;
  if (typeof is3d !== 'boolean') throw invalidFields(text, 'is_3d_lora_weight must be true or false');
  return named(text, { name, path, baseModelName: base, is3dWeight: is3d });
}

function named(text: string, module: LoraModule): LoraModule {
  if (module.name === '' || module.path === '') throw invalidFields(text, 'name and path must not be empty');
  if (/\p{Cc}/u.test(module.name + module.path)) throw invalidFields(text, 'control characters in name or path');
  return module;
}

function invalidFields(text: string, reason: string): Error {
  return new Error(`Invalid fields for --lora-modules: ${text} - ${reason}`);
}
