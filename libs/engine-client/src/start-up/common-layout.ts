import { ConfigurationError } from '@app/errors';
import type { WireLayout } from '@app/engine-protocol';
import type { RegisteredEngine } from './registrations.js';

/** The layout all engines speak; outputs of all arrive on one socket and are decoded alike. Throws `ConfigurationError` when they differ. */
export function commonLayout(engines: readonly RegisteredEngine[]): WireLayout {
  const [{ layout }] = engines;
  const other = engines.find((engine) => engine.layout.release !== layout.release);
  if (other !== undefined) {
    throw new ConfigurationError(
      `engine cores of different releases cannot serve together: ${layout.release} and ${other.layout.release}`,
    );
  }
  return layout;
}
