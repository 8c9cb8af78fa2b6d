import type { Births } from './births.js';
import type { MetricSeries } from './metrics-snapshot.js';

/** How the page is called to clients. */
export const EXPOSITION_CONTENT_TYPE = 'text/plain; version=1.0.0; charset=utf-8';

/**
 * Prometheus' text form, as vLLM's server writes it (metrics.md §1): labels in alphabetical order, numbers as floats, and, where `births` knows
 * them, `*_created` samples.
 */
export function toExposition(metrics: readonly MetricSeries[], births?: Births): string {
  return metrics.map((metric) => metricText(metric) + createdText(metric, births)).join('');
}

function metricText({ name, help, type, values }: MetricSeries): string {
  const lines = values.map(({ metricName, labels, value }) => sample(metricName ?? name, labels, value));
  return `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

/** One sample per series: not those of buckets and parts. */
function createdText({ name, help, type, values }: MetricSeries, births: Births | undefined): string {
  if (births === undefined || type === 'gauge') return '';
  const wholes = values.filter(
    ({ metricName }) => metricName === undefined || metricName === name || metricName === `${name}_count`,
  );
  const lines = wholes.flatMap(({ labels }) => {
    const born = births.of(name, labels as Readonly<Record<string, string | number>>);
    return born === undefined ? [] : [sample(createdName(name, type), labels, born)];
  });
  if (lines.length === 0) return '';
  const created = createdName(name, type);
  return `# HELP ${created} ${escaped(help)}\n# TYPE ${created} gauge\n${lines.join('')}`;
}

/** That of a counter loses its `_total`. */
function createdName(name: string, type: string): string {
  return `${type === 'counter' ? name.replace(/_total$/, '') : name}_created`;
}

function sample(name: string, labels: Readonly<Record<string, unknown>>, value: number): string {
  const pairs = Object.entries(labels)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([label, text]) => `${label}="${labelText(label, text)}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${floatText(value)}\n`;
}

function labelText(label: string, value: unknown): string {
  if (typeof value === 'number' && (label === 'le' || label === 'quantile')) return floatText(value);
  return escaped(String(value)).replaceAll('"', '\\"');
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

/** As Python's client library writes numbers: `3.0`, `0.001`, `5e-05`, `1.795e+09`. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (value >= 1e6) return exponential(value);
  if (value !== 0 && Math.abs(value) < 1e-4) return exponential(value);
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** With at least two digits of exponent. */
function exponential(value: number): string {
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
}
