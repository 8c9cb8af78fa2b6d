import { defineConfig } from 'vitest/config';

/** Engines of vLLM need minutes to start on a busy machine. */
export const START_TIMEOUT_MS = 300_000;

/** `npm run test:vllm`: real vLLM engine cores. One file at a time: each starts engines of its own, of 4 GB each. */
export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    name: 'vllm',
    include: ['test/vllm/**/*.e2e-spec.ts'],
    environment: 'node',
    isolate: false,
    setupFiles: ['./test/support/setup.ts'],
    maxWorkers: 1,
    testTimeout: START_TIMEOUT_MS,
    hookTimeout: 2 * START_TIMEOUT_MS,
  },
});
