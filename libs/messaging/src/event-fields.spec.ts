import { expect, it } from '@jest/globals';
import { decode } from './codec.js';
import { eventFields, SampledLog } from './event-fields.js';
import { anEvent, fetched } from './fixtures/events.js';
import { MemoryLog } from './fixtures/log.js';

const received = (id: string) => {
  const chain = '1 1*com.example.saga.start';
  const decoded = decode(
    fetched(anEvent({ id, correlationid: 'saga', extensions: { chain }, traceparent: 'trace' })),
  );
  if ('undecodable' in decoded) throw new Error(decoded.undecodable.message);
  return decoded.event;
};

it('an event is named by what it is, where it came from, and by which way', () => {
  const event = received('a');
  expect(eventFields(event)).toEqual({
    eventId: 'a',
    eventType: event.type,
    eventSource: event.source,
    eventTime: event.time,
    subject: event.subject,
    correlationId: 'saga',
    causationId: undefined,
    chain: '1 1*com.example.saga.start',
    traceparent: 'trace',
    topic: event.topic,
    partition: event.partition,
    offset: event.offset,
  });
});

it('of so many events one is shown, however they come in batches, and says how many it stands for', () => {
  const log = new MemoryLog();
  const sampled = new SampledLog(log, 3);
  for (const ids of [['a'], ['b'], ['c', 'd'], [], ['e', 'f', 'g', 'h', 'i', 'j', 'k'], ['l']]) {
    sampled.handled(ids.map(received));
  }
  expect(log.lines).toMatchObject([
    { level: 'info', fields: { eventId: 'd', sampled: 3 } },
    { level: 'info', fields: { eventId: 'k', sampled: 3 } },
    { level: 'info', fields: { eventId: 'l', sampled: 3 } },
  ]);
});

it('none is shown where nobody wants that', () => {
  const log = new MemoryLog();
  new SampledLog(log, 0).handled([received('a')]);
  expect(log.lines).toEqual([]);
});
