/** Promise attacked here: the changes are all there is between the two states, and nothing else. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { changesBetween, stateIn, tellsChanges, type Change } from './changes.js';

/** Makes the changes, as somebody would who has read them. */
function changed(state: unknown, changes: readonly Change[]): unknown {
  let root = structuredClone(state);
  for (const { path, ...change } of changes) {
    const names = path
      .split('/')
      .slice(1)
      .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
    const last = names.pop();
    if (last === undefined) {
      root = change.after;
      continue;
    }
    const parent = names.reduce((at, name) => (at as Record<string, unknown>)[name], root);
    const members = parent as Record<string, unknown>;
    if ('after' in change) members[last] = change.after;
    else delete members[last];
  }
  return root;
}

describe('changes', () => {
  it('lead from the one state to the other', () => {
    const values = fc
      .jsonValue({ maxDepth: 3 })
      .filter((value) => !JSON.stringify(value).includes('__proto__'));
    fc.assert(
      fc.property(values, values, (a, b) => {
        expect(JSON.stringify(sorted(changed(a, changesBetween(a, b))))).toBe(
          JSON.stringify(sorted(b)),
        );
        expect(changesBetween(a, structuredClone(a))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('are told as narrowly as they can be', () => {
    const before = { name: 'Tea', rates: [{ bp: 1 }, { bp: 2 }], keys: ['a'], 'a/b~c': 1, old: 1 };
    const after = {
      name: 'Tea',
      rates: [{ bp: 1 }, { bp: 3 }],
      keys: ['a', 'b'],
      'a/b~c': 2,
      now: 1,
    };
    expect(changesBetween(before, after)).toEqual([
      { path: '/rates/1/bp', before: 2, after: 3 },
      { path: '/keys', before: ['a'], after: ['a', 'b'] },
      { path: '/a~1b~0c', before: 1, after: 2 },
      { path: '/old', before: 1 },
      { path: '/now', after: 1 },
    ]);
  });

  it('are of facts that hold the whole state, and of that only', () => {
    const data = { name: 'x', revision: 3, occurredAt: 'now' };
    expect(stateIn('merchant.updated', data)).toEqual({ name: 'x' });
    const stock = { onHand: 3, reserved: 1, quantity: -1, revision: 2, productId: 'p' };
    expect(stateIn('inventory.adjusted', stock)).toEqual({ onHand: 3, reserved: 1 });
    expect(stateIn('order.created', data)).toBeUndefined();
    expect(stateIn('merchant.updated', 'x')).toBeUndefined();
    const told = ['customer.updated', 'inventory.adjusted', 'inventory.reserved', 'order.created'];
    expect(told.map(tellsChanges)).toEqual([true, true, false, false]);
  });
});

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, one]) => [name, sorted(one)]),
  );
};
