/**
 * Mutation tests of the saga core: every place where it could be subtly wrong is made wrong, one at a
 * time, and some test must notice. Which may live is in survivors.json.
 *
 *   npm run mutation                                        all of it
 *   npm run mutation -- --mutate libs/saga/src/timer.ts     one file
 */
export default {
  mutate: ['libs/saga/src/*.ts', '!libs/saga/src/*.spec.ts', '!libs/saga/src/index.ts'],
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  jest: {
    projectType: 'custom',
    configFile: 'tools/mutation/jest.config.js',
    // It would look for `require`, and finds no test of an ES module.
    enableFindRelatedTests: false,
  },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  // The tests take a second; what takes this much longer runs in a circle.
  timeoutMS: 20_000,
  // Results of before are kept for code and tests that have not changed.
  incremental: true,
  incrementalFile: '.data/mutation/incremental.json',
  tempDirName: '.stryker-tmp',
  ignorePatterns: ['.*', 'coverage', 'dist', 'docs', 'docker', 'migrations', 'test'],
  reporters: ['progress-append-only', 'clear-text', 'html', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  htmlReporter: { fileName: 'coverage/mutation.html' },
  jsonReporter: { fileName: 'coverage/mutation.json' },
  thresholds: { high: 95, low: 90, break: 90 },
};
