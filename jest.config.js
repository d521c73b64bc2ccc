// One configuration, four suites: unit (beside the source), database and broker (test/integration),
// e2e and chaos (test/e2e, test/chaos; real processes over HTTP).
import { existsSync, readFileSync } from 'node:fs';

/** Packages that `tools/bootstrap/packages.mjs` has packed: each is a few files there, and not hundreds. */
function packedPackages() {
  const list = new URL('dist/packages/packed.json', import.meta.url);
  if (!existsSync(list)) return {};
  const { names } = JSON.parse(readFileSync(list, 'utf8'));
  const spelled = (name) => `^${name.replace(/\.js$/, '(\\.js)?')}$`;
  return Object.fromEntries(
    names.map((name) => [spelled(name), `<rootDir>/dist/packages/${name}.mjs`]),
  );
}

export const shared = {
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', { module: { type: 'es6' } }] },
  moduleNameMapper: { ...packedPackages(), '^(\\.{1,2}/.*)\\.js$': '$1' },
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['src', 'node', 'node-addons'] },
  setupFiles: ['reflect-metadata'],
};

export default {
  // Only what hangs fails by the clock: these tests run on machines that do other work as well.
  testTimeout: 240_000,
  // Modules of each file stay in memory: a worker that has run a hundred of them does little but collect.
  workerIdleMemoryLimit: '1GB',
  // Counted by the code itself, which is prepared once: V8 counts all that a worker has ever loaded, and
  // a third of the integration tests' processor time went into that.
  coverageProvider: 'babel',
  // A line of summary for people, the pages in coverage/ for who wants to know more.
  coverageReporters: ['text-summary', 'html'],
  coverageThreshold: {
    global: { lines: 85, branches: 85 },
    // The saga core with its drawings and its explorer, file by file.
    './libs/saga/src/**/*.ts': { lines: 100, branches: 100 },
  },
  collectCoverageFrom: [
    'libs/*/src/**/*.ts',
    'apps/*/src/**/*.ts',
    '!**/*.spec.ts',
    '!**/spec/**',
    '!libs/testing/**',
    '!**/index.ts',
    '!apps/*/src/main.ts',
  ],
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: [
        '<rootDir>/libs/**/*.spec.ts',
        '<rootDir>/apps/**/*.spec.ts',
        '<rootDir>/tools/**/*.spec.ts',
        '<rootDir>/bench/*.spec.ts',
      ],
    },
    { ...shared, displayName: 'contract', testMatch: ['<rootDir>/test/contract/**/*.spec.ts'] },
    {
      ...shared,
      displayName: 'integration',
      testMatch: ['<rootDir>/test/integration/**/*.spec.ts'],
    },
    { ...shared, displayName: 'e2e', testMatch: ['<rootDir>/test/e2e/**/*.spec.ts'] },
    { ...shared, displayName: 'chaos', testMatch: ['<rootDir>/test/chaos/**/*.spec.ts'] },
  ],
};
