import { createRequire } from 'node:module';
import { describe, expect, test } from '@jest/globals';
import { textHeaders } from '../codec.js';
import type { RawHeader } from '../wire.js';
import { readRecord, writeRecord, type BatchContext, type RecordToWrite } from './record-codec.js';

const load = createRequire(import.meta.url);
const PATH = 'kafkajs/src/protocol';
const theirWrite = load(`${PATH}/recordBatch/record/v0/index.js`) as (record: object) => {
  readonly buffer: Buffer;
};
const theirRead = load(`${PATH}/recordBatch/record/v0/decoder.js`) as (
  decoder: object,
  context: object,
) => Record<string, unknown> & { headers: Record<string, RawHeader> };
const Decoder = load(`${PATH}/decoder.js`) as new (buffer: Buffer) => {
  readonly buffer: Buffer;
  offset: number;
  readVarIntBytes(): Buffer;
};

const CONTEXT: BatchContext = {
  firstOffset: '9007199254',
  firstTimestamp: '1795648426663',
  maxTimestamp: '1795648429999',
  magicByte: 2,
  timestampType: 0,
};

/** The record without its length, as a batch is cut into records. */
const decoderOf = (record: Buffer): InstanceType<typeof Decoder> =>
  new Decoder(new Decoder(record).readVarIntBytes());

const RECORDS: [string, RecordToWrite][] = [
  ['an event', { key: 'order-1', value: '{"a":1}', headers: { ce_id: 'a:b', ce_source: 'order' } }],
  ['places and times', { offsetDelta: 70_000, timestampDelta: 3_000_000_000, value: 'v' }],
  ['a time before the first', { timestampDelta: -129, value: 'v' }],
  ['nothing in it', { key: null, value: null }],
  ['empty texts', { key: '', value: '', headers: { '': '' } }],
  ['buffers', { key: Buffer.from([0, 255]), value: Buffer.from([128]), headers: { b: Buffer.from('x') } }],
  ['letters of everywhere', { key: 'キー', value: '{"n":"Zoë 😀"}', headers: { straße: 'ü', plain: 'a' } }],
  ['long texts', { key: 'k'.repeat(63), value: 'v'.repeat(70_000), headers: { h: 'h'.repeat(9_000) } }],
  ['lengths of one digit and of two', { key: 'k'.repeat(64), value: 'é'.repeat(63), headers: {} }],
  ['a header several times', { value: 'v', headers: { again: ['1', '2', 'drei €'], once: 'o' } }],
  ['characters at the ends of ASCII', { value: '\0\u007F', headers: { h: '\u0080\u00FF' } }],
]; // prettier-ignore

describe('a record', () => {
  test.each(RECORDS)('is written as kafkajs writes it: %s', (_, record) => {
    expect(writeRecord(record).buffer).toEqual(theirWrite(record).buffer);
  });

  test.each(RECORDS)('is read as kafkajs reads it, headers as text: %s', (_, record) => {
    const bytes = theirWrite(record).buffer;
    const theirs = theirRead(decoderOf(bytes), CONTEXT);
    const { headers, ...ours } = readRecord(decoderOf(bytes), CONTEXT);
    expect({ ...ours }).toEqual({ ...theirs, headers: undefined });
    expect(textHeaders(headers as Record<string, RawHeader>)).toEqual(textHeaders(theirs.headers));
  });

  test('takes the time of its batch where the broker gave it', () => {
    const context = { ...CONTEXT, timestampType: 1 };
    const bytes = theirWrite({ value: 'v', timestampDelta: 5 }).buffer;
    expect(readRecord(decoderOf(bytes), context).timestamp).toBe('1795648429999');
  });

  test('keeps all values of a header, nulls too, and is not fooled by names', () => {
    const headers = { constructor: 'c', toString: 't', again: [null, 'b', null] };
    const named = JSON.parse('{"__proto__":"p"}') as Record<string, string>;
    const record = { value: 'v', headers: { ...headers, ...named } };
    Object.defineProperty(record.headers, '__proto__', { value: 'p', enumerable: true });
    const read = readRecord(decoderOf(writeRecord(record).buffer), CONTEXT).headers;
    expect(Object.entries(read)).toEqual(Object.entries(record.headers));
  });

  test('replaces what is no UTF-8', () => {
    const headers = { broken: Buffer.from([0x61, 0xff]) };
    const read = readRecord(decoderOf(writeRecord({ value: 'v', headers }).buffer), CONTEXT);
    expect(read.headers).toEqual({ broken: 'a\uFFFD' });
  });

  test('may have 10,000 headers', () => {
    const headers = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`h${n}`, 'v']));
    const read = readRecord(decoderOf(writeRecord({ value: 'v', headers }).buffer), CONTEXT);
    expect(Object.keys(read.headers)).toHaveLength(10_000);
  });
});
