import type { Registry } from 'prom-client';
import { SeriesFactory } from '../series-factory.js';
import type { Labels } from '../series-factory.js';
import { listConnectors } from './list-connectors.js';
import { observeLists } from './observe-lists.js';
import { observeOperations } from './observe-operations.js';
import { observeSelfDescribed } from './observe-self-described.js';
import { isRecord } from './statistics.js';
import type { ConnectorObserver, Statistics } from './statistics.js';

/**
 * Series of the connectors that carry KV caches from engine to engine or to other memory (metrics.md §2.4). Each connector tells what it counted
 * in a form of its own, which is told from the statistics themselves; of what is in none of the known forms nothing is shown.
 */
export class ConnectorMetrics {
  private readonly selfDescribed: ConnectorObserver;
  private readonly operations: ConnectorObserver;
  private readonly lists: readonly { readonly mark: string; readonly observe: ConnectorObserver }[];

  constructor(registry: Registry, commonLabels: readonly string[]) {
    const newFactory = (): SeriesFactory => new SeriesFactory(registry, commonLabels);
    this.selfDescribed = observeSelfDescribed(newFactory);
    this.operations = observeOperations(newFactory);
    this.lists = listConnectors.map((connector) => ({
      mark: connector.mark,
      observe: observeLists(connector, newFactory),
    }));
  }

  /** Several connectors at once are told apart by name, one level deep. */
  observe(labels: Labels, statistics: Statistics, depth = 0): void {
    const values = Object.values(statistics);
    const connector = this.lists.find(({ mark }) => Object.hasOwn(statistics, mark));
    if (connector !== undefined) connector.observe(labels, statistics);
    else if (isRecord(statistics['types']) && isRecord(statistics['data'])) this.selfDescribed(labels, statistics);
    else if (values.every(Array.isArray)) this.operations(labels, statistics);
    else if (depth === 0) values.filter(isRecord).forEach((nested) => this.observe(labels, nested, 1));
  }
}
