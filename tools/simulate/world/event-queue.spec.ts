import { describe, expect, it } from '@jest/globals';
import { EventQueue, type QueuedEvent } from './event-queue.js';
import { Random } from './random.js';

const drain = (queue: EventQueue<QueuedEvent>): QueuedEvent[] => {
  const events: QueuedEvent[] = [];
  for (let event = queue.pop(); event; event = queue.pop()) events.push(event);
  return events;
};

describe('the queue of events', () => {
  it('gives the earliest first, and at one moment the one added first', () => {
    const random = new Random(1, 'queue');
    const events = Array.from({ length: 500 }, (_, no) => ({ atMs: random.whole(0, 50), no }));
    const queue = new EventQueue<QueuedEvent>();
    for (const event of events) queue.push(event);
    const sorted = events.toSorted((a, b) => a.atMs - b.atMs || a.no - b.no);
    expect(queue.first).toEqual(sorted[0]);
    expect(drain(queue)).toEqual(sorted);
    expect(queue.pop()).toBeUndefined();
  });
});
