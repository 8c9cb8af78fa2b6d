import { pythonText } from '@app/python-text';

export interface RpcResults {
  readonly results: readonly unknown[];
}

/** One result per worker; undefined when the call has none. Objects, lists and null stay what they are, the rest is told as Python writes it. */
export function toRpcResults(values: unknown): RpcResults | undefined {
  if (values === null || values === undefined) return undefined;
  const list: readonly unknown[] = Array.isArray(values) ? values : [values];
  return { results: list.map((value) => (typeof value === 'object' ? value : pythonText(value))) };
}
