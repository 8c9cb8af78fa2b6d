import { ConfigurationError } from '@app/errors';
import { RELEASE_LAYOUTS } from './release-layouts.js';
import { WIRE_CLASSES, type WireForm } from './wire-classes.js';
import { CURRENT_RELEASE, isVersion, layoutForRelease, type WireLayout, type WireStruct } from './wire-layout.js';

/** What `aerie layouts` reads from an installed vLLM: the layouts of that very build, whatever its release (engine protocol §6.3.1). */
export interface LayoutManifest {
  readonly vllm_version: string;
  /** By class name; classes that the build lacks are absent. */
  readonly structs: Readonly<Record<string, ManifestStruct>>;
}

export interface ManifestStruct {
  readonly form: WireForm;
  /** In wire order. */
  readonly fields: readonly string[];
  /** JSON of the defaults that have a JSON form, by field. */
  readonly defaults: Readonly<Record<string, unknown>>;
}

/**
 * The layout a manifest describes. Fields that are not known here may stand anywhere: they are written as their default and read past.
 * Throws `ConfigurationError`, naming the structure and the field, for a manifest that is none or that this port cannot speak.
 */
export function layoutFromManifest(json: unknown): WireLayout {
  const manifest = asRecord(json, 'the layout manifest');
  const version = manifest['vllm_version'];
  if (typeof version !== 'string') fail('"vllm_version" is missing');
  const given = asRecord(manifest['structs'], '"structs"');
  const structs = {} as Record<WireStruct, readonly string[]>;
  for (const name of STRUCTS) structs[name] = checkedFields(name, given[name]);
  const request = asStruct('EngineCoreRequest', given['EngineCoreRequest']);
  return { release: nearestRelease(version), structs, requestDefaults: unknownDefaults(request) };
}

const STRUCTS = Object.keys(RELEASE_LAYOUTS) as WireStruct[];

/** Builds from sources without tags call themselves 0.1.dev…; what names no release we know is taken for the newest. */
function nearestRelease(version: string): string {
  if (!isVersion(version) || /^v?0\.1\.dev/.test(version)) return CURRENT_RELEASE;
  return layoutForRelease(version).release;
}

function checkedFields(name: WireStruct, value: unknown): readonly string[] {
  const { from, common } = history(name);
  if (value === undefined) {
    if (from === OLDEST) fail(`${name} is missing`);
    return [];
  }
  const { form, fields } = asStruct(name, value);
  const wanted = WIRE_CLASSES[name].form;
  if (form !== wanted) fail(`${name} is sent as ${form}, here it is known as ${wanted}`);
  const missing = common.find((field) => !fields.includes(field));
  if (missing !== undefined) fail(`${name} has no field "${missing}"`);
  return fields;
}

const OLDEST = '0.17.0';

/** Since when there is such a structure, and the fields it has had in every release. */
function history(name: WireStruct): { readonly from: string; readonly common: readonly string[] } {
  const forms = RELEASE_LAYOUTS[name].map(({ from, order }) => ({ from, fields: order.split(' ') }));
  const [first, ...later] = forms;
  return {
    from: first.from,
    common: first.fields.filter((field) => later.every(({ fields }) => fields.includes(field))),
  };
}

/** Throws for an unknown field that an engine would not do without: nobody here could fill it. */
function unknownDefaults({ fields, defaults }: ManifestStruct): Readonly<Record<string, unknown>> {
  const known = new Set(RELEASE_LAYOUTS.EngineCoreRequest.flatMap(({ order }) => order.split(' ')));
  const unknown = fields.filter((field) => !known.has(field));
  const required = unknown.find((field) => !Object.hasOwn(defaults, field));
  if (required !== undefined)
    fail(`EngineCoreRequest has the field "${required}", which is unknown and has no default`);
  return Object.fromEntries(unknown.map((field) => [field, defaults[field]]));
}

function asStruct(name: string, value: unknown): ManifestStruct {
  const { form, fields, defaults = {} } = asRecord(value, name);
  if (form !== 'array' && form !== 'map') fail(`the form of ${name} is neither "array" nor "map"`);
  if (!Array.isArray(fields) || !fields.every((field): field is string => typeof field === 'string')) {
    fail(`the fields of ${name} are not a list of names`);
  }
  if (new Set(fields).size !== fields.length) fail(`${name} has the same field twice`);
  return { form, fields, defaults: asRecord(defaults, `the defaults of ${name}`) };
}

function asRecord(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fail(`${what} is not a JSON object`);
  return value as Readonly<Record<string, unknown>>;
}

function fail(reason: string): never {
  throw new ConfigurationError(`not a layout manifest this server can use: ${reason}`);
}
