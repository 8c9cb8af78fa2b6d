import type { Labels } from '../series-factory.js';

/** As they came over the wire. */
export type Statistics = Readonly<Record<string, unknown>>;

/** What a connector's statistics become; declares its series at the first call. */
export type ConnectorObserver = (labels: Labels, statistics: Statistics) => void;

export function isRecord(value: unknown): value is Statistics {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** 0 for what is no amount. */
export function amountOf(value: unknown): number {
  return typeof value === 'number' && value >= 0 && Number.isFinite(value) ? value : 0;
}
