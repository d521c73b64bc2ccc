import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { writeRecord } from './kafka/record-codec.js';
import { sizeOf, type WireMessage } from './wire.js';

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  // Three bytes a character, and numbers of bytes that need one digit more to be written.
  fc.integer({ min: 0, max: 20_000 }).map((length) => '顧'.repeat(length)),
);
const anyMessage: fc.Arbitrary<WireMessage> = fc.record({
  topic: fc.constant('t'),
  partition: fc.constant(null),
  key: text,
  headers: fc.dictionary(text, text, { maxKeys: 15 }),
  value: text,
});

describe('the size of a message', () => {
  test('is never below what is written of it, whatever its letters', () => {
    fc.assert(
      fc.property(anyMessage, fc.nat(86_400_000), fc.nat(1_000), (message, delta, nth) => {
        const record = writeRecord({ ...message, timestampDelta: delta, offsetDelta: nth });
        expect(sizeOf(message)).toBeGreaterThanOrEqual(record.buffer.length);
      }),
    );
  });

  test('is not far above it, so that requests are filled', () => {
    const headers = {
      ce_id: 'x'.repeat(36),
      ce_type: 'inventory.reserve',
      ce_time: 'x'.repeat(24),
    };
    const message = { topic: 't', partition: null, key: 'order-1', headers, value: '{}' };
    expect(sizeOf(message)).toBeLessThan(writeRecord(message).buffer.length + 50);
  });
});
