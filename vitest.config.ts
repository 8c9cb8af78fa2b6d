import { defineConfig } from 'vitest/config';

const shared = { environment: 'node', isolate: false, setupFiles: ['./test/support/setup.ts'] } as const;

/** `unit`: pure logic beside the code. `architecture`: layers and generated files. `engine`: real model runs. `api`: real sockets. */
export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: { ...shared, name: 'unit', include: ['{src,libs,apps}/**/*.spec.ts'], testTimeout: 60_000 },
      },
      {
        extends: true,
        test: {
          ...shared,
          name: 'architecture',
          include: ['test/architecture/**/*.e2e-spec.ts'],
          testTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          ...shared,
          name: 'engine',
          include: ['test/engine/**/*.e2e-spec.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          ...shared,
          name: 'api',
          include: ['test/{api,compat,faults,abuse}/**/*.e2e-spec.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
