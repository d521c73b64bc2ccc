import { describe, expect, it } from '@jest/globals';
import { readShopArguments } from './arguments.js';

describe('the arguments of the measurements of the shop', () => {
  it('have what the goals speak of as their defaults', () => {
    expect(readShopArguments([])).toEqual({
      measures: ['mail', 'outage'],
      orders: 300,
      rate: 200,
      outageMs: 60_000,
      aroundMs: 15_000,
      json: undefined,
    });
  });

  it('are read, seconds as seconds', () => {
    const given = '--only outage --rate 50 --outage 2.5 --around 1 --orders 9 --json x.json';
    expect(readShopArguments(given.split(' '))).toEqual({
      measures: ['outage'],
      orders: 9,
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
