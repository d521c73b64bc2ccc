import { describe, expect, it } from '@jest/globals';
import { sagas } from '../../apps/orchestrator/src/sagas/index.js';
import { tasksOf, titleOf } from './tasks.js';

const bounds = { faults: undefined, people: false, attempts: 2, inFlight: 12 };
const all = { names: [], allVersions: false, bounds };

describe('what is explored', () => {
  it('is the newest version of every saga, from every example, as far as a minute goes', () => {
    const tasks = tasksOf(sagas, all);
    const explored = new Set(tasks.map(({ index }) => sagas[index]?.name));
    expect(explored).toEqual(new Set(sagas.map(({ name }) => name)));
    expect(tasks.map((task) => `${titleOf(sagas, task)}: ${task.faults}`)).toEqual(
      expect.arrayContaining([
        'place-order v3, paid by card, with time for another one: 3',
        'place-order v3, paid by transfer: 3',
        'return-order v1, refunded: 4',
        'return-order v1, of what was given away: 4',
      ]),
    );
    expect(tasks.every(({ faults }) => faults >= 3)).toBe(true);
  });

  it('is what is asked for, as far as is asked for', () => {
    const asked = { names: ['place-order'], allVersions: true, bounds: { ...bounds, faults: 1 } };
    const tasks = tasksOf(sagas, asked);
    expect(new Set(tasks.map(({ index }) => sagas[index]?.version))).toEqual(new Set([1, 2, 3]));
    expect(tasks.every(({ faults }) => faults === 1)).toBe(true);
    const withPeople = tasksOf(sagas, { ...all, bounds: { ...bounds, people: true } });
    const titles = withPeople.map((task) => `${titleOf(sagas, task)}: ${task.faults}`);
    expect(titles).toContain('place-order v3, paid by transfer: 2');
    expect(titles).toContain('withdraw v1, to a known account: 3');
  });

  it('is nothing without an example', () => {
    const { examples: _, ...bare } = sagas[0] ?? {};
    expect(() => tasksOf([bare as (typeof sagas)[number]], all)).toThrow('has no example');
  });
});
