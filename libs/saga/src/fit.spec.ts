import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { messageProblem, problemOf } from './fit.js';

const line = z.object({ productId: z.string(), quantity: z.int() });
const order = z.object({
  id: z.string(),
  line: line.optional(),
  note: z.string().nullable().optional(),
});

describe('what is wrong with data', () => {
  it('is nothing where it fits', () => {
    expect(problemOf(order, { id: 'o', line: { productId: 'p', quantity: 1 } })).toBeUndefined();
    expect(messageProblem(order, { id: 'o', note: null })).toBeUndefined();
  });

  it('is said of each place', () => {
    const problem = problemOf(order, { id: 7, line: { productId: 'p', quantity: 'x' } });
    expect(problem).toMatch(/^id: .+; line\.quantity: /);
    expect(problemOf(order, 7)).toMatch(/^it: /);
    expect(messageProblem(order, { id: 7 })).toMatch(/^id: /);
  });

  it('is also, in a message, what its contract would lose', () => {
    const lost = { id: 'o', nmae: 'x', line: { productId: 'p', quantity: 1, price: 2 } };
    expect(messageProblem(order, lost)).toBe('its contract knows no nmae, line.price');
    expect(problemOf(order, lost)).toBeUndefined();
  });

  it('is not what a contract makes something else of', () => {
    const counted = z.object({ items: z.array(z.string()).transform((items) => items.length) });
    expect(messageProblem(counted, { items: ['a', 'b'] })).toBeUndefined();
    const listed = z.object({ item: z.string().transform((item) => ({ item })) });
    expect(messageProblem(listed, { item: 'a' })).toBeUndefined();
  });
});
