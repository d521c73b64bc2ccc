import { describe, expect, test } from '@jest/globals';
import { decode } from './codec.js';
import { CommonChains } from './common-chains.js';
import type { ReceivedEvent } from './event.js';
import { anEvent, fetched } from './fixtures/events.js';

const anyReceived = decode(fetched(anEvent()));
const received = (chain: string, type = 'a'): ReceivedEvent => {
  if ('undecodable' in anyReceived) throw new Error(anyReceived.undecodable.message);
  return { ...anyReceived.event, type, extensions: { chain } };
};

describe('what many chains have in common', () => {
  const timesFound = (...events: readonly ReceivedEvent[]): number => {
    const common = new CommonChains<number>();
    let times = 0;
    for (const event of events) common.of(event, () => (times += 1));
    return times;
  };

  test('is found once for all events of one type that took the same way', () => {
    expect(timesFound(received('1 1*a'), received('1 1*a'))).toBe(1);
    expect(timesFound(received('1 1*a'), received('1 1*a', 'b'), received('1 1*b'))).toBe(3);
  });

  test('is not remembered where the chain names a subject', () => {
    expect(timesFound(received('1 1*a|s'), received('1 1*a|s'))).toBe(2);
  });

  test.each([
    ['chain', received(`1 1*${'x'.repeat(1_000_000)}`)],
    ['type', received('1 1*a', 'x'.repeat(1_000_000))],
  ])('is not remembered of a long %s, which would fill the memory', (_, event) => {
    expect(timesFound(event, event)).toBe(2);
  });
});
