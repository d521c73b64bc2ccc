/**
 * Everybody who watches sagas through this process: figures once a second, read once for all of them, and
 * which sagas this process has changed. Nothing is read while nobody watches.
 */
import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { Database } from '#messaging';
import { gauge, OpenStream, runtime, type StreamResponse } from '#platform';
import type { SagaInstance } from '#saga';
import { ChangedSagas } from '../engine/changed-sagas.js';
import { goodKeysOf } from '../persistence/api-keys.js';
import { Figures } from './figures.js';

const FIGURES_MS = 1_000;
/** Figures are not held up by what takes long: the next ones tell it. */
const PATIENCE_MS = 100;
const GATHER_MS = 250;
/** Ids told at once; who is told that there were more looks again at what it shows. */
const MOST_TOLD = 500;
const MOST_STREAMS = 100;
const HEARTBEAT_MS = 15_000;
/** Then whoever watches comes again. */
const LONGEST_MS = 60_000;

export class TooManyStreamsError extends Error {}

type Response = StreamResponse & { on(event: 'close' | 'error', listener: () => void): unknown };

@Injectable()
export class LiveStreams implements BeforeApplicationShutdown {
  private readonly open = new Map<
    OpenStream,
    { readonly endsMs: number; readonly keyId: string }
  >();
  private readonly changed = new Map<string, number>();
  private overflow = false;
  private stopListening: (() => void) | undefined;
  private cancelFigures: (() => void) | undefined;
  private cancelFlush: (() => void) | undefined;
  private isClosed = false;
  private readonly metric = gauge({
    name: 'saga_streams_open',
    help: 'Connections over which sagas are watched',
  });

  constructor(
    private readonly figures: Figures,
    private readonly changes: ChangedSagas,
    private readonly database: Database,
  ) {}

  /** @throws TooManyStreamsError also when this process is about to stop */
  checkRoom(): void {
    if (this.isClosed || this.open.size >= MOST_STREAMS) throw new TooManyStreamsError();
  }

  /** @param keyId of whoever watches: it ends when that is revoked. @throws TooManyStreamsError */
  add(response: Response, keyId: string): void {
    this.checkRoom();
    // whoever has gone says so by closing, and did before anybody listened
    if (response.destroyed) return;
    const stream = new OpenStream(response);
    response.on('error', () => undefined);
    response.on('close', () => this.remove(stream));
    this.open.set(stream, { endsMs: runtime.monotonicMs() + LONGEST_MS, keyId });
    this.metric.set(this.open.size);
    this.stopListening ??= this.changes.listen((changed) => this.note(changed));
    if (this.open.size === 1) void this.tellFigures();
    else void this.tellFirst(stream);
  }

  /** Ends all streams, so that a stop does not wait for them. */
  beforeApplicationShutdown(): void {
    this.isClosed = true;
    for (const stream of this.open.keys()) stream.end();
  }

  private remove(stream: OpenStream): void {
    this.open.delete(stream);
    this.metric.set(this.open.size);
    if (this.open.size > 0) return;
    this.stopListening?.();
    this.stopListening = undefined;
    this.cancelFigures?.();
    this.cancelFlush?.();
    this.cancelFlush = undefined;
    this.changed.clear();
    this.overflow = false;
  }

  private note(changed: readonly { readonly instance: SagaInstance }[]): void {
    for (const { instance } of changed) {
      if (this.changed.has(instance.id) || this.changed.size < MOST_TOLD) {
        this.changed.set(instance.id, instance.revision);
      } else this.overflow = true;
    }
    this.cancelFlush ??= runtime.after(GATHER_MS, () => this.flush());
  }

  private flush(): void {
    this.cancelFlush = undefined;
    const items = [...this.changed].map(([sagaId, revision]) => ({ sagaId, revision }));
    this.tell('sagas', { items, more: this.overflow });
    this.changed.clear();
    this.overflow = false;
  }

  /** Who comes while others watch does not wait for their next figures. */
  private async tellFirst(stream: OpenStream): Promise<void> {
    const latest = await this.figures.latest(PATIENCE_MS);
    if (latest && stream.takesMore) stream.write(eventText('figures', latest));
  }

  private async tellFigures(): Promise<void> {
    await this.endRevoked();
    const latest = await this.figures.latest(PATIENCE_MS);
    if (latest) this.tell('figures', latest);
    const nowMs = runtime.monotonicMs();
    for (const [stream, { endsMs }] of this.open) {
      if (nowMs >= endsMs) stream.end();
      else stream.keepAlive(HEARTBEAT_MS);
    }
    this.cancelFigures?.();
    if (this.open.size === 0) return;
    this.cancelFigures = runtime.after(FIGURES_MS, () => void this.tellFigures());
  }

  /** A database that does not answer has nothing to tell them either. */
  private async endRevoked(): Promise<void> {
    // who comes while the database is asked is not among them: of his key nobody has asked
    const asked = [...this.open];
    const keyIds = asked.map(([, { keyId }]) => keyId);
    const good = await goodKeysOf(this.database, [...new Set(keyIds)]).catch(() => undefined);
    if (!good) return;
    for (const [stream, { keyId }] of asked) if (!good.has(keyId)) stream.end();
  }

  /** Who is behind misses it: what comes next says it all again. */
  private tell(event: string, data: unknown): void {
    const text = eventText(event, data);
    for (const stream of this.open.keys()) if (stream.takesMore) stream.write(text);
  }
}

const eventText = (event: string, data: unknown): string =>
  `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
