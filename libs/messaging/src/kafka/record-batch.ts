/**
 * Writes Kafka's batches of records (format 2, "Record Batch" of the Kafka protocol guide) in place
 * of kafkajs 2.2.4, which copies every batch from one growing buffer into the next three times.
 */
import { crc32c } from './crc32c.js';
import type { WrittenRecord } from './record-codec.js';

/** A number of 64 bits, as kafkajs has them: also an object of its own that prints itself. */
type Long = number | string | { toString(): string };

/** As kafkajs's producer hands it over. */
export interface BatchToWrite {
  /** 0: none. */
  readonly compression?: number;
  readonly firstOffset?: Long;
  readonly firstTimestamp: Long;
  readonly maxTimestamp: Long;
  readonly partitionLeaderEpoch?: number;
  readonly lastOffsetDelta?: number;
  readonly transactional?: boolean;
  readonly producerId?: Long;
  readonly producerEpoch?: number;
  readonly firstSequence?: number;
  readonly records: readonly WrittenRecord[];
}

/** What kafkajs takes for one of its encoders. */
export interface WrittenBatch extends WrittenRecord {
  size(): number;
}

const MAGIC_BYTE = 2;
const TRANSACTIONAL = 16;
/** Where things stand; the checksum is of all that follows it. */
const AT = { length: 8, epoch: 12, magic: 16, crc: 17, attributes: 21, records: 61 } as const;

/** Only without compression; see `compression` of `BatchToWrite`. */
export function writeBatch(batch: BatchToWrite): WrittenBatch {
  const { records } = batch;
  let size: number = AT.records;
  for (const { buffer } of records) size += buffer.length;
  const bytes = Buffer.allocUnsafe(size);
  bytes.writeBigInt64BE(long(batch.firstOffset ?? 0), 0);
  bytes.writeInt32BE(size - AT.epoch, AT.length);
  bytes.writeInt32BE(batch.partitionLeaderEpoch ?? 0, AT.epoch);
  bytes.writeInt8(MAGIC_BYTE, AT.magic);
  let at = bytes.writeInt16BE(batch.transactional ? TRANSACTIONAL : 0, AT.attributes);
  at = bytes.writeInt32BE(batch.lastOffsetDelta ?? 0, at);
  at = bytes.writeBigInt64BE(long(batch.firstTimestamp), at);
  at = bytes.writeBigInt64BE(long(batch.maxTimestamp), at);
  at = bytes.writeBigInt64BE(long(batch.producerId ?? -1), at);
  at = bytes.writeInt16BE(batch.producerEpoch ?? 0, at);
  at = bytes.writeInt32BE(batch.firstSequence ?? 0, at);
  at = bytes.writeInt32BE(records.length, at);
  for (const { buffer } of records) at += buffer.copy(bytes, at);
  bytes.writeUInt32BE(crc32c(bytes, AT.attributes), AT.crc);
  return { buf: bytes, buffer: bytes, size: () => size };
}

const long = (value: Long): bigint => BigInt(typeof value === 'number' ? value : String(value));
