/** Upper bounds of vLLM's histograms (0.33), in seconds or tokens, by the families that an operator may give others for (metrics.md §2.3). */
export type BucketFamily =
  | 'request_tokens'
  | 'request_params_n'
  | 'request_num_preemptions'
  | 'iteration_tokens'
  | 'time_to_first_token'
  | 'inter_token_latency'
  | 'request_latency'
  | 'kv_cache_residency';

export type BucketFamilies = Readonly<Record<BucketFamily, readonly number[]>>;

/** `maxModelLen`, in tokens, bounds the token counts of a request. */
export function bucketFamilies(maxModelLen: number, custom: Partial<BucketFamilies> = {}): BucketFamilies {
  return {
    request_tokens: oneTwoFive(maxModelLen),
    request_params_n: [1, 2, 5, 10, 20],
    request_num_preemptions: [1, 2, 3, 4, 5, 10, 20],
    iteration_tokens: [1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384],
    time_to_first_token: [
      0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560,
    ],
    inter_token_latency: [
      0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
    ],
    request_latency: [0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680],
    kv_cache_residency: [
      0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800,
    ],
    ...custom,
  };
}

export const HTTP_HIGH_RESOLUTION = [
  0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 7.5, 10, 30, 60,
];

export const HTTP_DURATION = [0.1, 0.5, 1];

/** 1, 2, 5, 10, 20, 50, … up to `max`. */
export function oneTwoFive(max: number): number[] {
  const bounds: number[] = [];
  for (let decade = 1; decade <= max; decade *= 10) {
    for (const step of [1, 2, 5]) {
      if (step * decade <= max) bounds.push(step * decade);
    }
  }
  return bounds;
}

/** What is wrong with `--custom-histogram-buckets`, in vLLM's words; empty when nothing is. */
export function customBucketProblems(custom: Readonly<Record<string, unknown>>): string[] {
  const families = Object.keys(bucketFamilies(1)).sort();
  return Object.entries(custom).flatMap(([family, bounds]) => {
    if (!families.includes(family)) {
      const known = families.map((name) => `'${name}'`).join(', ');
      return [`custom_histogram_buckets: unknown bucket family '${family}'; known families: [${known}]`];
    }
    const problem = boundsProblem(bounds);
    return problem === undefined ? [] : [`custom_histogram_buckets['${family}']: ${problem}`];
  });
}

function boundsProblem(bounds: unknown): string | undefined {
  if (!Array.isArray(bounds)) return 'expected a list of numbers';
  if (bounds.length === 0) return 'bucket list must not be empty';
  for (const bound of bounds as unknown[]) {
    if (typeof bound === 'boolean') return `bound ${bound ? 'True' : 'False'} must be a number, not a boolean`;
    if (typeof bound !== 'number') return `bound ${JSON.stringify(bound)} must be a number`;
    if (!Number.isFinite(bound) || bound <= 0) return `bound ${bound} must be finite and greater than 0`;
  }
  const isIncreasing = (bounds as number[]).every(
    (bound, index) => index === 0 || bound > (bounds as number[])[index - 1],
  );
  return isIncreasing ? undefined : `bounds [${bounds.join(', ')}] must be strictly increasing`;
}
