import { describe, expect, it } from '@jest/globals';
import { readShopArguments } from './arguments.js';

describe('the arguments of the measurements of the shop', () => {
  it('have what the goals speak of as their defaults', () => {
    expect(readShopArguments([])).toEqual({
      measures: ['mail', 'throughput', 'readers', 'outage'],
      orders: 300,
      count: 10_000,
      warmUpOrders: 5_000,
      clients: 64,
      rounds: 2,
      rate: 200,
      outageMs: 60_000,
      aroundMs: 15_000,
      json: undefined,
    });
  });

  it('are read, seconds as seconds', () => {
    const given =
      '--only outage --rate 50 --outage 2.5 --around 1 --orders 9 --json x.json ' +
      '--count 7 --warm-up-orders 0 --clients 3 --rounds 5';
    expect(readShopArguments(given.split(' '))).toEqual({
      measures: ['outage'],
      orders: 9,
      count: 7,
      warmUpOrders: 0,
      clients: 3,
      rounds: 5,
      rate: 50,
      outageMs: 2_500,
      aroundMs: 1_000,
      json: 'x.json',
    });
    expect(readShopArguments(['--help'])).toBeUndefined();
  });

  it.each([
    ['--rate=0', '--rate'],
    ['--outage=-1', '--outage'],
    ['--only=mails', 'mails'],
    ['--speed=1', '--speed'],
  ])('are refused by name: %s', (argument, name) => {
    expect(() => readShopArguments([argument])).toThrow(name);
  });
});
