/**
 * Makes kafkajs write and read records with this project's code. Its modules are not public: when
 * they are not where they were, it goes on by itself, slower.
 */
import { createRequire } from 'node:module';
import { writeBatch, type BatchToWrite, type WrittenBatch } from './record-batch.js';
import { readRecord, writeRecord } from './record-codec.js';

/** Of kafkajs's module for batches. */
interface BatchModule {
  readonly RecordBatch: (batch: BatchToWrite) => Promise<WrittenBatch>;
}

const batchModule = (theirs: unknown): BatchModule => {
  const { RecordBatch } = theirs as BatchModule;
  return {
    ...(theirs as BatchModule),
    // Compression stays theirs.
    RecordBatch: (batch) =>
      batch.compression ? RecordBatch(batch) : Promise.resolve(writeBatch(batch)),
  };
};

/** Each with what takes its place. */
const MODULES = new Map<string, (theirs: unknown) => unknown>([
  ['kafkajs/src/protocol/recordBatch/record/v0/index.js', () => writeRecord],
  ['kafkajs/src/protocol/recordBatch/record/v0/decoder.js', () => readRecord],
  ['kafkajs/src/protocol/recordBatch/v0/index.js', batchModule],
]);

let isReplaced: boolean | undefined;

/**
 * To be called before the first request: kafkajs loads what it writes and reads with when it needs it.
 * @returns whether kafkajs uses them, now or before
 */
export function useOwnCodec(): boolean {
  isReplaced ??= replace();
  return isReplaced;
}

function replace(): boolean {
  const load = createRequire(import.meta.url);
  try {
    for (const [name, ours] of MODULES) {
      const theirs: unknown = load(name);
      const cached = load.cache[load.resolve(name)];
      if (cached === undefined) return false;
      cached.exports = ours(theirs);
    }
    return true;
  } catch {
    return false;
  }
}
