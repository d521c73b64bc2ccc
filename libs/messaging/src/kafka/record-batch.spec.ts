import { createRequire } from 'node:module';
import { describe, expect, test } from '@jest/globals';
import { crc32c } from './crc32c.js';
import { useOwnCodec } from './own-codec.js';
import { writeBatch, type BatchToWrite } from './record-batch.js';
import { readRecord, writeRecord } from './record-codec.js';

const load = createRequire(import.meta.url);
const PATH = 'kafkajs/src/protocol/recordBatch';
type TheirBatch = (batch: object) => Promise<{ readonly buffer: Buffer; size(): number }>;
// Taken before any of it is replaced.
const { RecordBatch: theirBatch } = load(`${PATH}/v0/index.js`) as { RecordBatch: TheirBatch };
const theirRecord = load(`${PATH}/record/v0/index.js`) as (record: object) => object;
const theirCrc = load(`${PATH}/crc32C/index.js`) as (bytes: Buffer) => number;
const Long = load('kafkajs/src/utils/long.js') as { fromValue(value: string): object };

const VALUES = ['{"a":1}', 'é'.repeat(300), '', 'x'.repeat(10_000)];
const TIMES = { firstTimestamp: 1_795_648_426_663, maxTimestamp: 1_795_648_429_999 };
const IDEMPOTENT = { producerId: Long.fromValue('90071992547409931'), producerEpoch: 7 };

const BATCHES: [string, Omit<BatchToWrite, 'records'>, number][] = [
  ['one record', TIMES, 1],
  ['several records', { ...TIMES, lastOffsetDelta: 3 }, 4],
  ['nothing', TIMES, 0],
  ['times as text', { firstTimestamp: '1795648426663', maxTimestamp: '1795648429999' }, 1],
  ['an idempotent producer', { ...TIMES, ...IDEMPOTENT, firstSequence: 70_000 }, 2],
  ['a transaction', { ...TIMES, ...IDEMPOTENT, transactional: true }, 2],
  ['a place in the log', { ...TIMES, firstOffset: Long.fromValue('12345678901234'), partitionLeaderEpoch: 3 }, 1],
]; // prettier-ignore

describe('a batch', () => {
  test.each(BATCHES)('is written as kafkajs writes it: %s', async (_, batch, count) => {
    const records = VALUES.slice(0, count).map((value, offsetDelta) => ({ offsetDelta, value }));
    const theirs = await theirBatch({ ...batch, records: records.map(theirRecord) });
    const ours = writeBatch({ ...batch, records: records.map(writeRecord) });
    expect(ours.buffer).toEqual(theirs.buffer);
    expect(ours.size()).toBe(theirs.size());
  });
});

describe('the checksum', () => {
  test('is the one that the algorithm is known by', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
    expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
  });

  test('is that of kafkajs for every length and start', () => {
    const bytes = Buffer.from(Array.from({ length: 300 }, (_, index) => (index * 151 + 7) % 256));
    for (let length = 0; length <= bytes.length; length += 1) {
      const start = length % 11;
      const part = bytes.subarray(0, length);
      expect(crc32c(part, start)).toBe(theirCrc(part.subarray(start)));
    }
  });
});

test('kafkajs writes and reads with this from then on', async () => {
  expect(useOwnCodec()).toBe(true);
  expect(useOwnCodec()).toBe(true);
  expect(load(`${PATH}/record/v0/index.js`)).toBe(writeRecord);
  expect(load(`${PATH}/record/v0/decoder.js`)).toBe(readRecord);
  const { RecordBatch } = load(`${PATH}/v0/index.js`) as { RecordBatch: TheirBatch };
  const batch = { ...TIMES, records: [writeRecord({ value: 'v' })] };
  expect(await RecordBatch(batch)).toMatchObject({ buffer: writeBatch(batch).buffer });
});

test('what is to be compressed is left to kafkajs', async () => {
  useOwnCodec();
  const { RecordBatch } = load(`${PATH}/v0/index.js`) as { RecordBatch: TheirBatch };
  const Encoder = load('kafkajs/src/protocol/encoder.js') as new () => {
    writeString(text: string): object;
  };
  const records = [new Encoder().writeString('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')];
  const gzip = { ...TIMES, compression: 1, records };
  expect((await RecordBatch(gzip)).buffer).toEqual((await theirBatch(gzip)).buffer);
});
