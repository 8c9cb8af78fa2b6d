import { readFile } from 'node:fs/promises';
import { ConfigurationError } from '@app/errors';

export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The text of a file, undefined when there is none. Any other failure is a `ConfigurationError` that names the file. */
export async function readTextFile(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return undefined;
    }
    throw new ConfigurationError(`cannot read ${path}: ${reason(error)}`, { cause: error });
  }
}

/** A JSON file that must hold an object; undefined when there is no such file. */
export async function readJsonObject(path: string): Promise<JsonObject | undefined> {
  const text = await readTextFile(path);
  if (text === undefined) {
    return undefined;
  }
  const value = parse(path, text);
  if (!isJsonObject(value)) {
    throw new ConfigurationError(`${path} does not hold a JSON object`);
  }
  return value;
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new ConfigurationError(`${path} is not JSON: ${reason(error)}`, { cause: error });
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
