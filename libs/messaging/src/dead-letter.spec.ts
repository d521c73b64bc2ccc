import { describe, expect, test } from '@jest/globals';
import { decode, encode } from './codec.js';
import { deadLetter, deadLetterOfRaw, type DeadLetterData } from './dead-letter.js';
import type { ReceivedEvent } from './event.js';
import { anEvent, fetched } from './fixtures/events.js';

const reason = { code: 'handler-failed', message: 'no such thing' };
const dataOf = (event: { data: unknown }): DeadLetterData => event.data as DeadLetterData;

describe('a dead letter', () => {
  test('holds the whole message and the reason', () => {
    const original = anEvent({ correlationid: 'saga-1', extensions: { resend: '2' } });
    const decoded = decode(fetched(original, '7', 2)) as { event: ReceivedEvent };

    const letter = deadLetter(decoded.event, reason);

    expect(letter).toMatchObject({
      topic: 'order.events.dlq',
      key: 'order-1',
      id: 'dead:order.events/2/7',
      causationid: 'event-1',
      correlationid: 'saga-1',
      extensions: { deadcode: 'handler-failed', deadmessage: 'no such thing' },
    });
    const data = dataOf(letter);
    expect(data).toMatchObject({
      topic: 'order.events',
      partition: 2,
      offset: '7',
      key: 'order-1',
    });
    expect(data.headers).toEqual(encode(original).headers);
    expect(JSON.parse(data.value ?? '')).toEqual(original.data);
  });

  test('of bytes that are no text gives them back', () => {
    const value = Buffer.from([0xff, 0x00, 0xfe]);
    const data = dataOf(deadLetterOfRaw({ ...fetched(anEvent()), value }, reason));
    expect(Buffer.from(data.valueBase64 ?? '', 'base64')).toEqual(value);
  });

  test('says when it is not whole, be it a header or the key that was cut', () => {
    const raw = fetched(anEvent());
    expect(dataOf(deadLetterOfRaw(raw, reason)).truncated).toBeUndefined();
    const headers = { long: 'x'.repeat(2_001) };
    expect(dataOf(deadLetterOfRaw({ ...raw, headers }, reason)).truncated).toBe(true);
    for (const key of [Buffer.from('k'.repeat(1_001)), Buffer.from([0xff])]) {
      expect(dataOf(deadLetterOfRaw({ ...raw, key }, reason)).truncated).toBe(true);
    }
  });

  test('of a key with a NUL, which no text of Postgres holds, has another key', () => {
    const letter = deadLetterOfRaw({ ...fetched(anEvent()), key: Buffer.from('a\0b') }, reason);
    expect(letter.key).toBe('a\ufffdb');
    expect(dataOf(letter).key).toBe('a\0b');
  });

  test('can be sent although keys, ids and headers were as large as a value', () => {
    const long = '\u0001'.repeat(900_000);
    const headers = Object.fromEntries(Array.from({ length: 90 }, (_, n) => [`h${n}`, long]));
    const ids = { id: long, subject: long, correlationid: long, traceparent: long };
    const event = { ...anEvent({ ...ids, key: long }), partition: 0, offset: '7', headers };
    expect(() => encode(deadLetter(event, reason))).not.toThrow();
    const raw = { ...fetched(anEvent()), key: Buffer.from(long), headers };
    expect(() => encode(deadLetterOfRaw(raw, reason))).not.toThrow();
  });

  const values = ['"', '\u0001', 0xff].map((filling) => Buffer.alloc(1_000_000, filling));
  test.each([...values, null])('can always be sent, whatever the message was', (value) => {
    const headers = { ce_id: 'x'.repeat(100_000), other: Buffer.alloc(900_000, 0x41) };
    const letter = deadLetterOfRaw({ ...fetched(anEvent()), value, headers }, reason);
    expect(() => encode(letter)).not.toThrow();
    if (value !== null) expect(dataOf(letter).truncated).toBe(true);
  });
});
