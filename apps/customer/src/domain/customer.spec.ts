import { describe, expect, it } from '@jest/globals';
import { customerCreated, customerUpdated, nameOfType } from '#contracts';
import {
  block,
  revise,
  reviseRead,
  unblock,
  type Customer,
  type CustomerWish,
} from './customer.js';
import { factEvent } from './facts.js';

const wish: CustomerWish = {
  customerId: 'kim',
  name: 'Kim Doe',
  email: 'kim@example.com',
  phone: '+441304123456',
  locale: 'en-GB',
};
const kim: Customer = { ...wish, status: 'active', revision: 3 };
const blocked: Customer = { ...kim, status: 'blocked', blockReason: 'never pays' };

describe('a customer', () => {
  it('is new and active at revision 1', () => {
    expect(revise(undefined, wish)).toEqual({
      kind: 'created',
      customer: { ...wish, status: 'active', revision: 1 },
    });
  });

  it.each([
    ['name', { name: 'Kim Roe' }],
    ['address', { email: 'kim@example.org' }],
    ['phone', { phone: '+441304123457' }],
    ['language', { locale: 'ja' }],
  ])('has another revision with another %s', (_, change) => {
    expect(revise(kim, { ...wish, ...change })).toEqual({
      kind: 'updated',
      customer: { ...kim, ...change, revision: 4 },
    });
  });

  it('loses what is no longer said', () => {
    const { phone: _, locale: __, ...less } = wish;
    expect(revise(kim, less)).toEqual({
      kind: 'updated',
      customer: { ...less, status: 'active', revision: 4 },
    });
  });

  it('is not changed by what it is already', () => {
    expect(revise(kim, wish)).toEqual({ kind: 'unchanged', customer: kim });
    expect(unblock(kim)).toEqual({ kind: 'unchanged', customer: kim });
    expect(block(blocked, 'never pays')).toEqual({ kind: 'unchanged', customer: blocked });
  });

  it('is blocked with a reason, and stays so under another address', () => {
    expect(block(kim, 'never pays')).toEqual({
      kind: 'updated',
      customer: { ...blocked, revision: 4 },
    });
    expect(block(blocked, 'owes us').customer).toMatchObject({
      blockReason: 'owes us',
      revision: 4,
    });
    expect(revise(blocked, { ...wish, email: 'new@example.com' }).customer).toEqual({
      ...blocked,
      email: 'new@example.com',
      revision: 4,
    });
    expect(unblock(blocked)).toEqual({ kind: 'updated', customer: { ...kim, revision: 4 } });
  });

  it('is changed only by who has read the latest revision, where that matters', () => {
    const moved = { ...wish, email: 'new@example.com' };
    expect(reviseRead(kim, moved, 3).kind).toBe('updated');
    expect(reviseRead(kim, moved, 2)).toEqual({ kind: 'moved', revision: 3 });
    expect(reviseRead(undefined, wish, 1)).toEqual({ kind: 'moved', revision: undefined });
    expect(reviseRead(kim, wish, 2).kind).toBe('unchanged');
  });

  it('is made only where there is none, where that matters', () => {
    expect(reviseRead(undefined, wish, 'absent').kind).toBe('created');
    expect(reviseRead(kim, wish, 'absent')).toEqual({ kind: 'moved', revision: 3 });
  });

  it('is told of by facts that fit their contracts, and keep the reason of a block', () => {
    const time = '2026-11-26T12:00:00.000Z';
    const created = factEvent({ ...kim, revision: 1 }, time);
    const updated = factEvent(blocked, time);
    expect(nameOfType(created.type)).toBe(customerCreated.name);
    expect(nameOfType(updated.type)).toBe(customerUpdated.name);
    expect(created).toMatchObject({ topic: 'customer.events', key: 'kim', subject: 'kim' });
    expect(customerUpdated.data.parse(updated.data)).toMatchObject({ status: 'blocked' });
    expect(JSON.stringify(updated)).not.toContain('never pays');
  });
});
