/** An event store as a reader's rebuild finds it, `GET /events`, with whatever a test puts into it. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventType } from '#contracts';
import type { CloudEvent } from '#messaging';

export interface StoredFact extends CloudEvent {
  readonly topic: string;
  readonly key: string;
}

export class EventStoreServer {
  /** In the order in which they are told. */
  readonly events: StoredFact[] = [];
  /** Every question that came, in its order. */
  readonly asked: URLSearchParams[] = [];
  /** As long as it is set, the store answers so. */
  failWith: number | undefined;
  private gate: Promise<void> | undefined;
  private openGate: (() => void) | undefined;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<EventStoreServer> {
    let store: EventStoreServer | undefined;
    const server = createServer((request, response) => void store?.answer(request, response));
    store = new EventStoreServer(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return store;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Keeps answers back until `release`. */
  hold(): void {
    this.gate = new Promise((resolve) => (this.openGate = resolve));
  }

  release(): void {
    this.openGate?.();
    this.gate = undefined;
  }

  async stop(): Promise<void> {
    this.release();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const query = new URL(request.url ?? '', 'http://store').searchParams;
    this.asked.push(query);
    await this.gate;
    if (this.failWith !== undefined) {
      response.writeHead(this.failWith, { 'content-type': 'application/problem+json' }).end('{}');
      return;
    }
    const types = new Set(query.getAll('type').map(eventType));
    const after = Number(query.get('after') ?? '0');
    const limit = Number(query.get('limit') ?? '100');
    const found = this.events
      .map((event, index) => ({ event, index }))
      .filter(({ event, index }) => index >= after && types.has(event.type));
    const page = found.slice(0, limit);
    const more = found.length > limit;
    const cursor = more ? (page.at(-1)?.index ?? 0) + 1 : this.events.length;
    const items = page.map(({ event }) => event);
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ items, cursor: String(cursor), more }));
  }
}
