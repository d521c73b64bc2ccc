import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { writeRecord } from './kafka/record-codec.js';
import { sizeOf } from './wire.js';

describe('the size of a message', () => {
  it('is at least what it takes in a record batch, in whatever language', () => {
    const text = fc.string({ unit: 'binary', maxLength: 2_000 });
    const headers = fc.dictionary(fc.string({ unit: 'binary', minLength: 1 }), text);
    fc.assert(
      fc.property(text, text, headers, (key, value, named) => {
        const { buffer } = writeRecord({ key, value, headers: named, offsetDelta: 999 });
        const size = sizeOf({ topic: 't', partition: null, key, value, headers: named });
        expect(size).toBeGreaterThanOrEqual(buffer.length);
      }),
    );
  });
});
