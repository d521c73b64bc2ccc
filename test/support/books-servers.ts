/** Payment and the bank as far as others look into their books, with whatever a test puts into them. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface BookedOrder {
  readonly orderId: string;
  readonly merchantId: string;
  readonly currency: string;
  captured: number;
  refunded: number;
  chargedBack: number;
  fee: number;
  feeReturned: number;
  revision: number;
  /** UTC; not shown. */
  capturedOn: string;
}

export interface BookedPayout {
  readonly payoutId: string;
  readonly reference: string;
  amount: number;
  currency: string;
  status: 'pending' | 'paid' | 'refused';
  decidedAt?: string;
}

type Answer = { readonly status: number; readonly body: unknown };
const notFound: Answer = { status: 404, body: {} };

abstract class BooksServer {
  /** Every question that came, in its order. */
  readonly asked: string[] = [];
  /** As long as it is set, every answer is this status. */
  failWith: number | undefined;
  /** The most of a page, whatever was asked for. */
  most = 1_000;
  /** Called before each answer. */
  before: ((path: string) => void | Promise<void>) | undefined;
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => void this.handle(request, response));
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  protected abstract answer(method: string, url: URL, headers: IncomingMessage['headers']): Answer;

  protected page<Item>(items: readonly Item[], query: URLSearchParams): Answer {
    const from = Number(query.get('after') ?? '0');
    const to = from + Math.min(this.most, Number(query.get('limit') ?? '100'));
    const next = to < items.length ? { nextCursor: String(to) } : {};
    return { status: 200, body: { items: items.slice(from, to), ...next } };
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url: path = '/', headers } = request;
    this.asked.push(`${method} ${path}`);
    await this.before?.(path);
    const { status, body } =
      this.failWith === undefined
        ? this.answer(method, new URL(path, 'http://books'), headers)
        : { status: this.failWith, body: {} };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }
}

export class PaymentServer extends BooksServer {
  readonly orders: BookedOrder[] = [];
  /** What payment found at the provider, by day; it compares when it is asked to. */
  readonly comparisons = new Map<string, object[]>();
  /** What it will find. */
  differences: object[] = [];

  protected answer(method: string, { pathname, searchParams }: URL): Answer {
    const [, what = '', id = ''] = pathname.split('/');
    if (what === 'books') {
      const day = searchParams.get('capturedOn');
      const found = this.orders.filter(({ capturedOn }) => capturedOn === day);
      return this.page(
        found.map((order) => ({ ...order, capturedOn: undefined })),
        searchParams,
      );
    }
    if (what === 'payments') {
      const order = this.orders.find(({ orderId }) => orderId === id);
      return order ? { status: 200, body: order } : notFound;
    }
    if (what !== 'reconciliations') return notFound;
    if (method === 'POST') {
      this.comparisons.set(id, this.differences);
      return { status: 202, body: { day: id } };
    }
    const differences = this.comparisons.get(id);
    const comparedAt = new Date().toISOString();
    return differences ? { status: 200, body: { day: id, comparedAt, differences } } : notFound;
  }
}

export class BankServer extends BooksServer {
  readonly payouts: BookedPayout[] = [];

  protected answer(_method: string, { searchParams }: URL, headers: IncomingMessage['headers']) {
    if (headers.authorization !== 'Bearer key') return { status: 401, body: {} };
    const reference = searchParams.get('reference');
    if (reference === null) return this.page(this.payouts, searchParams);
    const items = this.payouts.filter((payout) => payout.reference === reference);
    return { status: 200, body: { items } };
  }
}
