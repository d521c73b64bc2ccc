import { describe, expect, it } from '@jest/globals';
import { sagas } from '../../apps/orchestrator/src/sagas/index.js';
import { examples } from './examples.js';

describe('the examples to explore with', () => {
  it('are there for every saga, and fit what it begins with', () => {
    for (const name of new Set(sagas.map((saga) => saga.name))) {
      const versions = sagas.filter((saga) => saga.name === name);
      const newest = versions.reduce((one, other) => (other.version > one.version ? other : one));
      expect(newest.input.parse(examples[name]?.input)).toEqual(examples[name]?.input);
    }
  });
});
