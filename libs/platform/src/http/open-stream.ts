import type { ServerResponse } from 'node:http';
import { runtime } from '../runtime.js';

/** The part of a response that is written to; tests pass their own. */
export type StreamResponse = Pick<
  ServerResponse,
  'write' | 'end' | 'destroy' | 'writableNeedDrain' | 'writableEnded' | 'destroyed'
>;

/** A response that stays open, and is written to whenever there is something to tell. */
export class OpenStream {
  private writtenMs = runtime.monotonicMs();

  constructor(protected readonly response: StreamResponse) {}

  /** False for one that is behind: what it has not taken yet fills the memory. */
  get takesMore(): boolean {
    const { writableEnded, destroyed, writableNeedDrain } = this.response;
    return !writableEnded && !destroyed && !writableNeedDrain;
  }

  /**
   * A comment where nothing was written for so long, so that nobody on the way takes the connection
   * for dead. Who has not even taken what was written before is cut off, and its buffer freed.
   */
  keepAlive(everyMs: number): void {
    if (runtime.monotonicMs() - this.writtenMs < everyMs) return;
    if (this.takesMore) this.write(':\n\n');
    else this.response.destroy();
  }

  /** The reader comes again. */
  end(): void {
    if (this.takesMore) this.response.end();
    else this.response.destroy();
  }

  write(text: string): void {
    this.writtenMs = runtime.monotonicMs();
    this.response.write(text);
  }
}

/** What server-sent events begin with, such that no proxy keeps them back. */
export const STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  // proxies of the nginx kind would wait until there is more
  'x-accel-buffering': 'no',
} as const;
