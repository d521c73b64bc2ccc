/**
 * CRC-32C (Castagnoli), which Kafka seals its batches with, eight bytes a step ("slicing-by-8":
 * Kounavis and Berry, 2005). kafkajs takes one at a time.
 */

/** Castagnoli's polynomial, lowest bit first. */
const POLYNOMIAL = 0x82f63b78;
const SLICES = 8;

/** Row s holds what a byte does to the checksum s bytes further on. */
const TABLE = ((): Uint32Array => {
  const table = new Uint32Array(SLICES * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    table[byte] = crc;
  }
  for (let index = 256; index < table.length; index += 1) {
    const before = table[index - 256] as number;
    table[index] = (before >>> 8) ^ (table[before & 0xff] as number);
  }
  return table;
})();

const look = (slice: number, byte: number): number => TABLE[slice * 256 + (byte & 0xff)] as number;

/** Of the bytes from `start` on; unsigned. */
export function crc32c(bytes: Uint8Array, start = 0): number {
  const { length } = bytes;
  const at = (index: number): number => bytes[index] as number;
  let crc = ~0;
  let index = start;
  for (; index + SLICES <= length; index += SLICES) {
    crc ^= at(index) | (at(index + 1) << 8) | (at(index + 2) << 16) | (at(index + 3) << 24);
    crc =
      look(7, crc) ^
      look(6, crc >>> 8) ^
      look(5, crc >>> 16) ^
      look(4, crc >>> 24) ^
      look(3, at(index + 4)) ^
      look(2, at(index + 5)) ^
      look(1, at(index + 6)) ^
      look(0, at(index + 7));
  }
  for (; index < length; index += 1) crc = look(0, crc ^ at(index)) ^ (crc >>> 8);
  return ~crc >>> 0;
}
