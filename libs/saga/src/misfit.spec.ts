import { expect, it } from '@jest/globals';
import { z } from 'zod';
import { misfitOf } from './misfit.js';

it('names every place and its rule, and no value', () => {
  const schema = z.object({ card: z.object({ number: z.string().max(4) }), email: z.email() });
  const { error } = schema.safeParse({ card: { number: '4242424242' }, email: 'secret' });
  expect(error && misfitOf(error)).toBe(
    'card.number: Too big: expected string to have <=4 characters; email: Invalid email address',
  );
});
