import { decodeRegistration, type Registration } from '../control/registration.js';
import { KNOWN_RELEASES } from './release-layouts.js';
import { isVersion, layoutForRelease, withMinimalRequest, type WireLayout } from './wire-layout.js';

export interface RegisteredLayout {
  readonly layout: WireLayout;
  /** False when several releases fit: `layout` then has the nine-element request, which loses priority, client index, tracing and sessions. */
  readonly exact: boolean;
  readonly registration: Registration;
}

/**
 * Which layout an engine core speaks, from its registration payload (engine protocol §6.3): the version it names, else the key set.
 * Throws MalformedMessageError for a payload that is no map, ConfigurationError for a release before 0.17.
 */
export function layoutForRegistration(payload: Uint8Array): RegisteredLayout {
  const registration = decodeRegistration(payload);
  const { vllmVersion, keys } = registration;
  if (vllmVersion !== undefined && isVersion(vllmVersion)) {
    return { layout: layoutForRelease(vllmVersion), exact: true, registration };
  }
  const candidates = KNOWN_RELEASES.map(layoutForRelease).filter(({ structs }) => hasKeys(structs, keys));
  const newest = candidates.at(-1) ?? layoutForRelease(newestBelow(keys));
  const exact = keys.length > 0 && candidates.length > 0 && candidates.every((layout) => sameRequest(layout, newest));
  return { layout: exact ? newest : withMinimalRequest(newest), exact, registration };
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
