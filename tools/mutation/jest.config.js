/** What the mutants of the saga core have to get past: its unit tests, without the explorer's. */
import { shared } from '../../jest.config.js';

export default {
  ...shared,
  rootDir: '../..',
  testTimeout: 60_000,
  roots: ['<rootDir>/libs/saga', '<rootDir>/libs/contracts', '<rootDir>/tools/mutation'],
  testMatch: ['<rootDir>/tools/mutation/core-specs.ts'],
};
