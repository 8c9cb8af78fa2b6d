import type { Filter } from './filter.js';
import { htmlFilters } from './html-filters.js';
import { numberFilters } from './number-filters.js';
import { selectionFilters } from './selection-filters.js';
import { sequenceFilters } from './sequence-filters.js';
import { textFilters } from './text-filters.js';

/** Every filter of Jinja2 3.1, by name. */
export const filters: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ...textFilters,
  ...numberFilters,
  ...sequenceFilters,
  ...selectionFilters,
  ...htmlFilters,
]);
