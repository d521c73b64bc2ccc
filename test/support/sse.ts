/** Server-sent events as a browser reads them, without coming again by itself. */
import { get, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { waitFor } from '#testing';

export interface SseEvent {
  readonly id: string;
  readonly event: string;
  readonly data: { readonly seq: number; readonly type: string; readonly status: string };
}

export class SseClient {
  readonly events: SseEvent[] = [];
  comments = 0;
  retryMs: number | undefined;
  /** How it was over, once it is: by the server in good order, or cut off. */
  over: 'ended' | 'cut off' | undefined;
  private text = '';

  private constructor(
    private readonly response: IncomingMessage,
    readonly status: number,
    readonly headers: IncomingHttpHeaders,
  ) {
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => this.take(chunk));
    response.on('end', () => (this.over = 'ended'));
    response.on('close', () => (this.over ??= 'cut off'));
    response.on('error', () => (this.over ??= 'cut off'));
  }

  /** Resolves with the headers, whatever the status. */
  static open(
    url: string,
    lastEventId?: string,
    more: Readonly<Record<string, string>> = {},
  ): Promise<SseClient> {
    const headers = {
      ...more,
      accept: 'text/event-stream',
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    };
    return new Promise((resolve, reject) => {
      const request = get(url, { headers, agent: false }, (response) =>
        resolve(new SseClient(response, response.statusCode ?? 0, response.headers)),
      );
      request.on('error', reject);
    });
  }

  get types(): string[] {
    return this.events.map(({ event }) => event);
  }

  /** What lies in an answer that is no stream. */
  get body(): unknown {
    return JSON.parse(this.text);
  }

  untilEvent(type: string): Promise<SseEvent> {
    return waitFor(() => this.events.find(({ event }) => event === type), {
      what: `the event ${type}`,
      intervalMs: 5,
    });
  }

  untilOver(): Promise<'ended' | 'cut off'> {
    return waitFor(() => this.over, { what: 'the end of the stream', intervalMs: 5 });
  }

  close(): void {
    this.response.destroy();
  }

  private take(chunk: string): void {
    this.text += chunk;
    if (this.headers['content-type'] !== 'text/event-stream') return;
    const frames = this.text.split('\n\n');
    this.text = frames.pop() ?? '';
    for (const frame of frames) this.frame(frame);
  }

  private frame(frame: string): void {
    if (frame === ':') this.comments += 1;
    const field = (name: string) =>
      frame
        .split('\n')
        .find((line) => line.startsWith(`${name}: `))
        ?.slice(name.length + 2);
    const retry = field('retry');
    if (retry !== undefined) this.retryMs = Number(retry);
    const [id, event, data] = [field('id'), field('event'), field('data')];
    if (id === undefined || event === undefined || data === undefined) return;
    this.events.push({ id, event, data: JSON.parse(data) as SseEvent['data'] });
  }
}
