/**
 * Writes and reads the records of Kafka's batches (format 2, "Record" of the Kafka protocol guide) in
 * place of kafkajs 2.2.4, which makes an object, and for most bytes a buffer, of each header, counts
 * with big integers, and copies the headers that it has with each further one: the dozen headers of
 * an event were most of a message's price, and 10,000 of them held up a process for a minute.
 */

type HeaderText = Buffer | string | null | undefined;

/** As kafkajs's producer hands it over. */
export interface RecordToWrite {
  readonly offsetDelta?: number;
  readonly timestampDelta?: number;
  readonly key?: Buffer | string | null;
  readonly value: Buffer | string | null;
  readonly headers?: Readonly<Record<string, HeaderText | readonly HeaderText[]>>;
}

/** What kafkajs takes for one of its encoders. */
export interface WrittenRecord {
  readonly buf: Buffer;
  readonly buffer: Buffer;
}

/** As kafkajs's decoder of batches hands it over. */
export interface BatchContext {
  readonly firstOffset: string | number;
  readonly firstTimestamp: string | number;
  readonly magicByte?: number;
  readonly isControlBatch?: boolean;
  readonly timestampType?: number;
  readonly maxTimestamp?: string;
}

/** Text as it is, what is no UTF-8 in it replaced. */
export type ReadHeader = string | null | (string | null)[];

export interface ReadRecord {
  readonly magicByte: number | undefined;
  readonly attributes: number;
  /** Epoch ms. */
  readonly timestamp: string;
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Record<string, ReadHeader>;
  readonly isControlRecord: boolean;
  readonly batchContext: BatchContext;
}

/**
 * A record's bytes, put together as text: each character is a byte as long as all texts are ASCII,
 * which spares a buffer for each of them. Otherwise the pieces are written one by one.
 */
class RecordText {
  text = '';
  bytes = 0;
  isPlain = true;
  readonly pieces: (string | Buffer)[] = [];

  /** Zigzag and base 128, lowest digits first. */
  number(value: number): void {
    this.add(varint(value));
  }

  sized(value: HeaderText): void {
    if (value === null || value === undefined) return this.number(-1);
    if (typeof value !== 'string') {
      this.number(value.length);
      this.pieces.push(this.text, value);
      this.text = '';
      this.bytes += value.length;
      this.isPlain = false;
      return;
    }
    const size = Buffer.byteLength(value);
    this.number(size);
    if (size === value.length) return this.add(value);
    this.pieces.push(this.text, Buffer.from(value));
    this.text = '';
    this.bytes += size;
    this.isPlain = false;
  }

  writeTo(buffer: Buffer, at: number): void {
    if (this.isPlain) {
      buffer.write(this.text, at, 'latin1');
      return;
    }
    let offset = at;
    for (const piece of [...this.pieces, this.text]) {
      if (typeof piece === 'string') offset += buffer.write(piece, offset, 'latin1');
      else offset += piece.copy(buffer, offset);
    }
  }

  private add(plain: string): void {
    this.text += plain;
    this.bytes += plain.length;
  }
}

export function writeRecord({
  offsetDelta = 0,
  timestampDelta = 0,
  key,
  value,
  headers = {},
}: RecordToWrite): WrittenRecord {
  const body = new RecordText();
  body.number(0); // attributes; a byte, and zero is one as a varint, too
  body.number(timestampDelta);
  body.number(offsetDelta);
  body.sized(key);
  body.sized(value);
  let count = 0;
  for (const name in headers) {
    const given = headers[name];
    count += Array.isArray(given) ? given.length : 1;
  }
  body.number(count);
  for (const name in headers) {
    const given = headers[name];
    for (const one of Array.isArray(given) ? (given as HeaderText[]) : [given as HeaderText]) {
      body.sized(name);
      body.sized(one);
    }
  }
  const length = varint(body.bytes);
  const buffer = Buffer.allocUnsafe(length.length + body.bytes);
  buffer.write(length, 0, 'latin1');
  body.writeTo(buffer, length.length);
  return { buf: buffer, buffer };
}

/** Its characters are its bytes. */
function varint(value: number): string {
  // Zigzag: what is far from zero, to either side, is large. Beyond 32 bits operators of bits fail.
  let rest = value >= 0 ? value * 2 : -value * 2 - 1;
  let text = '';
  while (rest >= 0x80) {
    text += String.fromCharCode((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return text + String.fromCharCode(rest);
}

interface Reader {
  readonly buffer: Buffer;
  offset: number;
}

const LOG_APPEND_TIME = 1;

export function readRecord({ buffer }: Reader, batchContext: BatchContext): ReadRecord {
  const reader: Reader = { buffer, offset: 0 };
  const attributes = buffer.readInt8(reader.offset);
  reader.offset += 1;
  const timestampDelta = readNumber(reader);
  const offsetDelta = readNumber(reader);
  const key = readBytes(reader);
  const value = readBytes(reader);
  const headers = readHeaders(reader);
  const { firstOffset, firstTimestamp, magicByte, maxTimestamp, timestampType } = batchContext;
  const isAppendTime = timestampType === LOG_APPEND_TIME && maxTimestamp !== undefined;
  return {
    magicByte,
    attributes,
    timestamp: isAppendTime ? maxTimestamp : String(Number(firstTimestamp) + timestampDelta),
    offset: String(Number(firstOffset) + offsetDelta),
    key,
    value,
    headers,
    isControlRecord: batchContext.isControlBatch === true,
    batchContext,
  };
}

function readNumber(reader: Reader): number {
  let byte = reader.buffer[reader.offset++] ?? 0;
  let value = byte & 0x7f;
  for (let scale = 0x80; byte >= 0x80; scale *= 0x80) {
    byte = reader.buffer[reader.offset++] ?? 0;
    value += (byte & 0x7f) * scale;
  }
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

function readBytes(reader: Reader): Buffer | null {
  const size = readNumber(reader);
  if (size < 0) return null;
  const from = reader.offset;
  reader.offset += size;
  return reader.buffer.subarray(from, reader.offset);
}

function readHeaders(reader: Reader): Record<string, ReadHeader> {
  const count = readNumber(reader);
  const from = reader.offset;
  const { buffer } = reader;
  // All of them at once, a byte a character, and then cut.
  const text = count > 0 ? buffer.toString('latin1', from) : '';
  const headers: Record<string, ReadHeader> = {};
  const next = (): string | null => {
    const size = readNumber(reader);
    if (size < 0) return null;
    const start = reader.offset;
    reader.offset += size;
    const cut = text.substring(start - from, reader.offset - from);
    return NOT_ASCII.test(cut) ? buffer.toString('utf8', start, reader.offset) : cut;
  };
  for (let index = 0; index < count; index += 1) {
    const name = next() ?? '';
    addHeader(headers, name, next());
  }
  return headers;
}

const NOT_ASCII = /[^\0-\x7f]/;

/** Own properties only, whatever the names: a header may be called `__proto__`. */
function addHeader(headers: Record<string, ReadHeader>, name: string, value: string | null): void {
  if (!Object.hasOwn(headers, name)) {
    if (name !== '__proto__') headers[name] = value;
    else Object.defineProperty(headers, name, { value, enumerable: true, writable: true });
    return;
  }
  const before = headers[name] as ReadHeader;
  if (Array.isArray(before)) before.push(value);
  else headers[name] = [before, value];
}
