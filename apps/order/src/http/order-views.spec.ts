import { describe, expect, it } from '@jest/globals';
import { cursorOf, isUuid, orderIdOf } from './order-views.js';

const orderId = '0190a000-0000-7000-8000-00000000abcd';

describe('cursors', () => {
  it('lead back to the order they were made of', () => {
    expect(orderIdOf(cursorOf(orderId))).toBe(orderId);
    expect(cursorOf(orderId)).toMatch(/^[\w-]{22}$/);
  });

  it.each(['', 'x', 'AAAA', `${cursorOf(orderId)}AAAA`])('are not what %p is', (text) => {
    expect(orderIdOf(text)).toBeUndefined();
  });
});

it('knows a UUID', () => {
  expect(isUuid(orderId)).toBe(true);
  expect(isUuid(orderId.toUpperCase())).toBe(true);
  for (const text of ['', 'x', `${orderId}0`, ` ${orderId}`, orderId.replace('0', 'g')]) {
    expect(isUuid(text)).toBe(false);
  }
});
