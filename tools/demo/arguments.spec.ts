import { describe, expect, it } from '@jest/globals';
import { readArguments } from './arguments.js';

const KEY = { READER_KEY: 'sk_1_x' };

describe('the arguments of the demo', () => {
  it('default to 1,200 orders against the stack of npm start', () => {
    const options = readArguments([], KEY);
    expect(options).toMatchObject({ orders: 1200, concurrency: 32, patienceMs: 90_000 });
    expect(options?.urls).toMatchObject({
      order: 'http://127.0.0.1:3000',
      'sandbox-mail': 'http://127.0.0.1:4003',
    });
  });

  it('move with the stack, and one by one', () => {
    const args = ['--orders', '5', '--url', 'order=https://shop.example.com/', '--concurrency=2'];
    expect(readArguments(args, { ...KEY, STACK_PORT_OFFSET: '100' })).toMatchObject({
      orders: 5,
      concurrency: 2,
      urls: { order: 'https://shop.example.com', inventory: 'http://127.0.0.1:3102' },
    });
  });

  it('may ask for help', () => {
    expect(readArguments(['--help'], {})).toBeUndefined();
  });

  it.each([
    [['--orders', '0'], '--orders must be'],
    [['--orders', '1.5'], '--orders must be'],
    [['--concurrency', 'many'], '--concurrency must be'],
    [['--url', 'shop=http://x'], 'knows no part "shop"'],
    [['--url', 'order'], 'wants an http address'],
    [['--url', 'order=ftp://x'], 'wants an http address'],
    [['--fast'], "'--fast'"],
    [['fast'], "'fast'"],
  ])('are refused: %j', (args, message) => {
    expect(() => readArguments(args, KEY)).toThrow(message);
  });
});
