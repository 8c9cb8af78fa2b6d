import { defineConfig } from 'vitest/config';

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
    reporters: ['tree'],
    testTimeout: 700_000,
    hookTimeout: 700_000,
  },
});
