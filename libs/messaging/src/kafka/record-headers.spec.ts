import { createRequire } from 'node:module';
import { describe, expect, test } from '@jest/globals';
import { cureRecordHeaders } from './record-headers.js';

type Headers = Record<string, unknown>;
type Wire = { readonly buffer: Buffer };
const load = createRequire(import.meta.url);

/** There and back through kafkajs itself. */
const readBack = (headers: Headers): Headers => {
  const encode = load('kafkajs/src/protocol/recordBatch/record/v0/index.js') as (
    record: object,
  ) => Wire;
  const decode = load('kafkajs/src/protocol/recordBatch/record/v0/decoder.js') as (
    decoder: object,
    context: object,
  ) => { headers: Headers };
  const Decoder = load('kafkajs/src/protocol/decoder.js') as new (buffer: Buffer) => {
    readVarInt(): number;
  };
  const decoder = new Decoder(encode({ key: 'k', value: 'v', headers }).buffer);
  decoder.readVarInt(); // its length
  return decode(decoder, { firstOffset: 0, firstTimestamp: 0 }).headers;
};

describe('the headers of a message', () => {
  test('are read as kafkajs reads them', () => {
    const headers = { ce_id: 'a', again: ['1', '2', '3'], constructor: 'c', '': 'empty' };
    const before = readBack(headers);
    expect(cureRecordHeaders()).toBe(true);
    expect(cureRecordHeaders()).toBe(true);
    const { constructor, ...others } = readBack(headers);
    expect(String(constructor)).toBe('c');
    expect(others).toEqual({ ce_id: before['ce_id'], again: before['again'], '': before[''] });
  });

  test('take no longer the more of them there are', () => {
    cureRecordHeaders();
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`h${n}`, 'v']));
    const startedAt = performance.now();
    expect(Object.keys(readBack(many))).toHaveLength(10_000);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});
