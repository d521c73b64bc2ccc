/**
 * The durable books of a sandbox: a file of lines, appended to, and read back at the start. A line
 * holds the entries of one decision, so a torn write never leaves half of one.
 *
 * `append` is synchronous, so entries stand in the order in which they were decided; `written` says
 * when they are in the file. A handler awaits `written` before it answers, so what a client was told
 * survives a `kill -9`. All entries of the requests in flight share one write. There is no fsync: a
 * power cut may cost a sandbox its last moments, and that is worth less than 500 orders a second.
 */
import { createReadStream } from 'node:fs';
import { mkdir, open, stat, truncate, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

const NEWLINE = 0x0a;

export class JournalError extends Error {
  override readonly name = 'JournalError';
}

interface JournalOptions<Entry> {
  /** Absent: the books live in memory only. */
  readonly file?: string | undefined;
  /** Called once for each stored entry, in order, before `open` resolves. */
  readonly replay: (entry: Entry) => void;
}

export class Journal<Entry> {
  #buffered: string[] = [];
  /** The write that will take what is buffered, and the one that took what was. */
  #next: Promise<void> | undefined;
  #inFlight: Promise<void> | undefined;
  #failure: JournalError | undefined;

  private constructor(
    private readonly file: string | undefined,
    private readonly handle: FileHandle | undefined,
  ) {}

  /**
   * Replays the file and opens it for appending. A torn last line (the process died while writing
   * it, so nobody was answered) is cut off; a broken line before it is a `JournalError`.
   */
  static async open<Entry>({ file, replay }: JournalOptions<Entry>): Promise<Journal<Entry>> {
    if (file === undefined) return new Journal<Entry>(undefined, undefined);
    await mkdir(dirname(file), { recursive: true });
    const handle = await open(file, 'a');
    try {
      const wholeBytes = await replayFile(file, replay);
      if (wholeBytes < (await stat(file)).size) await truncate(file, wholeBytes);
    } catch (error) {
      await handle.close();
      throw error;
    }
    return new Journal<Entry>(file, handle);
  }

  /** @throws JournalError once a write has failed: books that no longer match are not continued. */
  append(entries: readonly Entry[]): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.handle !== undefined) this.#buffered.push(JSON.stringify(entries));
  }

  /** Resolves when everything appended so far is in the file. */
  async written(): Promise<void> {
    if (this.handle === undefined) return;
    if (this.#buffered.length > 0) this.#next ??= this.#writeNext(this.handle);
    await (this.#next ?? this.#inFlight);
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** For the health endpoint: throws what stopped the journal, if anything did. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  async close(): Promise<void> {
    await this.written().catch(() => undefined);
    await this.handle?.close();
  }

  /** One write at a time; whatever is appended while it runs goes into the next one. */
  async #writeNext(handle: FileHandle): Promise<void> {
    await this.#inFlight;
    // The other requests of this turn join in.
    await new Promise((resolve) => setImmediate(resolve));
    const lines = this.#buffered;
    this.#buffered = [];
    this.#next = undefined;
    this.#inFlight = handle.appendFile(lines.join('\n') + '\n').catch((error: unknown) => {
      this.#failure = new JournalError(`cannot write ${this.file}: ${messageOf(error)}`);
    });
    await this.#inFlight;
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** Feeds every whole line to `replay`; returns how many bytes the whole lines take. */
const replayFile = async <Entry>(file: string, replay: (entry: Entry) => void): Promise<number> => {
  let rest: Buffer = Buffer.alloc(0);
  let wholeBytes = 0;
  let lineNumber = 0;
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
    const bytes = Buffer.concat([rest, chunk as Buffer]);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      lineNumber += 1;
      parseLine<Entry>(bytes.toString('utf8', start, end), `${file}:${lineNumber}`).forEach(replay);
      wholeBytes += end + 1 - start;
      start = end + 1;
    }
    rest = bytes.subarray(start);
  }
  return wholeBytes;
};

const parseLine = <Entry>(line: string, place: string): readonly Entry[] => {
  try {
    return JSON.parse(line) as readonly Entry[];
  } catch {
    throw new JournalError(
      `${place} is not JSON: the books are damaged, remove or repair the file`,
    );
  }
};
