import { ConfigurationError } from '@app/errors';
import { KNOWN_RELEASES, RELEASE_LAYOUTS } from './release-layouts.js';

export type WireStruct = keyof typeof RELEASE_LAYOUTS;

/** How one vLLM release lays its structures out on the wire. */
export interface WireLayout {
  /** The release the layouts were read from: the nearest known one that is not newer. */
  readonly release: string;
  /** Field names by structure: the position of each for arrays, the order of keys for maps. */
  readonly structs: Readonly<Record<WireStruct, readonly string[]>>;
  /** What is written for fields of a request that this port does not know, where it is not null. Only manifests tell of such fields. */
  readonly requestDefaults?: Readonly<Record<string, unknown>> | undefined;
}

/** What our own engine cores imitate. */
export const CURRENT_RELEASE = '0.33.0';

/** Elements of EngineCoreRequest that stand at the same place in every release from 0.17 (§5.2). */
const STABLE_REQUEST_ELEMENTS = 9;
/** The same of EngineCoreOutput (§5.4). */
const STABLE_OUTPUT_ELEMENTS = 9;
/** The same of LoRARequest (§5.9). */
const STABLE_LORA_ELEMENTS = 4;

/**
 * The layout of a vLLM version as it names itself: "0.32.0", "0.32.1.dev3+g1a2b3c", "0.33.0rc1" (§6.3: nearest lower release).
 * Throws ConfigurationError for releases before 0.17 and for what is no version.
 */
export function layoutForRelease(version: string): WireLayout {
  const wanted = parseVersion(version);
  if (!wanted) throw new ConfigurationError(`"${version}" is not a vLLM version`);
  const release = KNOWN_RELEASES.findLast((known) => notNewer(known, wanted));
  if (!release)
    throw new ConfigurationError(`vLLM ${version} is older than ${KNOWN_RELEASES[0]}, the first one supported`);
  return knownLayout(release);
}

/** The same layout with requests cut to the nine elements that every release decodes. Costs priority, client index, tracing and sessions. */
export function withMinimalRequest(layout: WireLayout): WireLayout {
  const { EngineCoreRequest: request, LoRARequest: lora } = layout.structs;
  const cut = {
    EngineCoreRequest: request.slice(0, STABLE_REQUEST_ELEMENTS),
    LoRARequest: lora.slice(0, STABLE_LORA_ELEMENTS),
  };
  return { ...layout, structs: { ...layout.structs, ...cut } };
}

/** The same layout with outputs cut to the elements that stand at the same place in every release: ids, tokens and ends, whoever sends them. */
export function withStableOutput(layout: WireLayout): WireLayout {
  const { EngineCoreOutput: output } = layout.structs;
  return { ...layout, structs: { ...layout.structs, EngineCoreOutput: output.slice(0, STABLE_OUTPUT_ELEMENTS) } };
}

export function isVersion(version: string): boolean {
  return parseVersion(version) !== undefined;
}

const layouts = new Map<string, WireLayout>();

function knownLayout(release: string): WireLayout {
  const cached = layouts.get(release);
  if (cached) return cached;
  const wanted = parseVersion(release)!;
  const structs = {} as Record<WireStruct, readonly string[]>;
  for (const name of Object.keys(RELEASE_LAYOUTS) as WireStruct[])
    structs[name] = orderAt(RELEASE_LAYOUTS[name], wanted);
  const layout = { release, structs };
  layouts.set(release, layout);
  return layout;
}

/** Empty for a structure that the release does not have yet. */
function orderAt(forms: readonly { readonly from: string; readonly order: string }[], wanted: Version) {
  return forms.findLast(({ from }) => notNewer(from, wanted))?.order.split(' ') ?? [];
}

type Version = readonly [major: number, minor: number, patch: number];

function parseVersion(version: string): Version | undefined {
  const match = /^v?(\d{1,6})\.(\d{1,6})(?:\.(\d{1,6}))?(?![\d])/.exec(version);
  return match ? [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)] : undefined;
}

function notNewer(known: string, wanted: Version): boolean {
  const [major, minor, patch] = parseVersion(known)!;
  if (major !== wanted[0]) return major < wanted[0];
  if (minor !== wanted[1]) return minor < wanted[1];
  return patch <= wanted[2];
}
