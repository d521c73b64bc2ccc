import { describe, expect, it } from '@jest/globals';
import { Inner, Interned, Lists } from './parts.js';

describe('parts', () => {
  const parts = () => new Interned<object>(new Inner());

  it.each<[string, object, object]>([
    ['whose keys are in another order', { a: 1, b: [2] }, { b: [2], a: 1 }],
    ['that says nothing of a key', { a: 1, b: undefined }, { a: 1 }],
    ['with the same inside of it', { in: { a: { b: 1 } } }, { in: { a: { b: 1 } } }],
  ])('are the same as one %s', (_, one, other) => {
    const interned = parts();
    expect(interned.of(other)).toBe(interned.of(one));
    expect(interned.at(0)).toEqual(other);
  });

  it.each<[string, object, object]>([
    ['with a number in place of a word', { a: '1' }, { a: 1 }],
    ['with its words cut elsewhere', { list: ['a', 'b'] }, { list: ["a,'b"] }],
    ['with nothing in place of no key', { a: 1, b: null }, { a: 1 }],
    ['with another value inside', { in: { a: { b: 1 } } }, { in: { a: { b: 2 } } }],
  ])('are others than one %s', (_, one, other) => {
    const interned = parts();
    expect(interned.of(other)).not.toBe(interned.of(one));
  });

  it('are never asked for by a number that none has', () => {
    expect(() => parts().at(0)).toThrow('there is no part');
    expect(() => new Lists().at(1)).toThrow('there is no list');
  });
});
