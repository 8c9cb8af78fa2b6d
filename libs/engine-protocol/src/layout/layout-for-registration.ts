import { ConfigurationError } from '@app/errors';
import { decodeRegistration, type Registration } from '../control/registration.js';
import { KNOWN_RELEASES } from './release-layouts.js';
import { isVersion, layoutForRelease, withMinimalRequest, type WireLayout } from './wire-layout.js';

export interface RegisteredLayout {
  readonly layout: WireLayout;
  /** False when several releases fit: `layout` then has the nine-element request, which loses priority, client index, tracing and sessions. */
  readonly exact: boolean;
  readonly registration: Registration;
}

/** What the operator knows of the engines. */
export interface LayoutHints {
  /** From a manifest of their vLLM: exact, whatever they register. */
  readonly layout?: WireLayout | undefined;
  /** Their vLLM release, for those that leave it open (before 0.23). */
  readonly release?: string | undefined;
}

/**
 * Which layout an engine core speaks, from its registration payload (engine protocol §6.3): that of a manifest, else the version the engine names, else the
 * key set, and the operator's word where that leaves a choice. Throws MalformedMessageError for a payload that is no map, ConfigurationError for a release
 * before 0.17 or one that registers otherwise.
 */
export function layoutForRegistration(payload: Uint8Array, hints: LayoutHints = {}): RegisteredLayout {
  const registration = decodeRegistration(payload);
  if (hints.layout) return { layout: hints.layout, exact: true, registration };
  const { vllmVersion, keys } = registration;
  if (vllmVersion !== undefined && isVersion(vllmVersion)) {
    return { layout: layoutForRelease(vllmVersion), exact: true, registration };
  }
  const candidates = KNOWN_RELEASES.map(layoutForRelease).filter(({ structs }) => hasKeys(structs, keys));
  if (hints.release !== undefined) return { layout: namedLayout(hints.release, candidates), exact: true, registration };
  const newest = candidates.at(-1) ?? layoutForRelease(newestBelow(keys));
  const exact = keys.length > 0 && candidates.length > 0 && candidates.every((layout) => sameRequest(layout, newest));
  return { layout: exact ? newest : withMinimalRequest(newest), exact, registration };
}

/** A name that cannot be is refused: the wrong layout ends an engine's input thread at the first request. */
function namedLayout(name: string, candidates: readonly WireLayout[]): WireLayout {
  const layout = layoutForRelease(name);
  if (candidates.length > 0 && !candidates.includes(layout)) {
    const fitting = candidates.map(({ release }) => release).join(', ');
    throw new ConfigurationError(`an engine core does not register as vLLM ${name} does, but as ${fitting}`);
  }
  return layout;
}

function hasKeys({ EngineCoreReadyResponse: known }: WireLayout['structs'], keys: readonly string[]): boolean {
  return known.length === keys.length && keys.every((key) => known.includes(key));
}

function sameRequest(one: WireLayout, other: WireLayout): boolean {
  return one.structs.EngineCoreRequest.join() === other.structs.EngineCoreRequest.join();
}

/** The newest release all of whose registration keys are there: a build between two releases has at least those of the older. */
function newestBelow(keys: readonly string[]): string {
  const release = KNOWN_RELEASES.findLast((known) =>
    layoutForRelease(known).structs.EngineCoreReadyResponse.every((key) => keys.includes(key)),
  );
  return release ?? KNOWN_RELEASES[0];
}
