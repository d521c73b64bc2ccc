/** The running system as the demo sees it: what it asks of each part. */
import { DemoProblem, PARTS, type DemoOptions, type Part } from './arguments.js';
import { call, callRepeatedly, get, getPages, inParallel, type Page } from './http.js';
import type { OrderRequest } from './plan.js';
import type {
  Books,
  IntentView,
  MailView,
  OrderView,
  SagaView,
  ShipmentView,
  StockView,
} from './views.js';

/** The most that a page of each list may hold. */
const PAGE = { orders: '100', sagas: '200', books: '1000' } as const;

/** How far the clocks of services may lie apart before a list is read too short. */
const CLOCK_TOLERANCE_MS = 60_000;

const BOOKKEEPERS = ['sandbox-payment', 'sandbox-carrier', 'sandbox-mail'] as const;
/** Where each book ended before the demo began. */
export type BookEnds = Readonly<Record<(typeof BOOKKEEPERS)[number], string>>;

export type Placement = { readonly orderId: string } | { readonly refused: string };

export class Shop {
  constructor(private readonly options: DemoOptions) {}

  /** @throws DemoProblem naming every part that cannot do its work. */
  async mustBeUp(): Promise<void> {
    const faults = await Promise.all(PARTS.map((part) => this.#faultOf(part)));
    const down = faults.filter((fault) => fault !== undefined);
    if (down.length === 0) return;
    throw new DemoProblem(`The stack is not up: ${down.join(', ')}. "npm start" starts it.`);
  }

  async putStock(stock: ReadonlyMap<string, number>): Promise<void> {
    await inParallel(stock, this.options.concurrency, async ([productId, onHand]) => {
      const url = this.#stockUrl(productId);
      const { status, body } = await callRepeatedly(url, { method: 'PUT', json: { onHand } });
      if (status >= 300) {
        throw new DemoProblem(`PUT ${url} answered ${status}: ${JSON.stringify(body)}`);
      }
    });
  }

  async place(request: OrderRequest, idempotencyKey: string): Promise<Placement> {
    const { status, body } = await callRepeatedly(`${this.options.urls.order}/orders`, {
      method: 'POST',
      json: request,
      headers: { 'idempotency-key': idempotencyKey },
    });
    const { orderId } = body as { orderId?: unknown };
    if (status === 202 && typeof orderId === 'string') return { orderId };
    return { refused: `${status}: ${JSON.stringify(body)}` };
  }

  /** All orders created since then, and perhaps some before. */
  orders(sinceMs: number): Promise<OrderView[]> {
    const url = `${this.options.urls.order}/orders`;
    return getPages<OrderView>(url, { limit: PAGE.orders }, isBefore(sinceMs));
  }

  /** All sagas started since then, and perhaps some before. */
  sagas(sinceMs: number): Promise<SagaView[]> {
    const url = `${this.options.urls.orchestrator}/admin/sagas`;
    return getPages<SagaView>(url, { limit: PAGE.sagas }, isBefore(sinceMs));
  }

  async stock(productIds: Iterable<string>): Promise<StockView[]> {
    const found: StockView[] = [];
    await inParallel(productIds, this.options.concurrency, async (productId) => {
      const { status, body } = await callRepeatedly(this.#stockUrl(productId));
      if (status === 200) found.push(body as StockView);
    });
    return found;
  }

  async bookEnds(): Promise<BookEnds> {
    const ends = BOOKKEEPERS.map(async (part) => {
      const url = `${this.options.urls[part]}/books?limit=1`;
      const { total } = await get<Page<unknown> & { readonly total: number }>(url);
      return [part, String(total)] as const;
    });
    return Object.fromEntries(await Promise.all(ends)) as BookEnds;
  }

  async books(since: BookEnds): Promise<Books> {
    const [intents, shipments, mails] = await Promise.all([
      this.#book<IntentView>('sandbox-payment', since),
      this.#book<ShipmentView>('sandbox-carrier', since),
      this.mails(since),
    ]);
    return { intents, shipments, mails };
  }

  mails(since: BookEnds): Promise<MailView[]> {
    return this.#book<MailView>('sandbox-mail', since);
  }

  #book<Item>(part: keyof BookEnds, since: BookEnds): Promise<Item[]> {
    const query = { limit: PAGE.books, cursor: since[part] };
    return getPages<Item>(`${this.options.urls[part]}/books`, query);
  }

  #stockUrl(productId: string): string {
    return `${this.options.urls.inventory}/stock/${encodeURIComponent(productId)}`;
  }

  async #faultOf(part: Part): Promise<string | undefined> {
    const url = this.options.urls[part];
    try {
      const { status } = await call(`${url}/health`);
      return status === 200 ? undefined : `${part} at ${url} says it cannot work (${status})`;
    } catch {
      return `${part} does not answer at ${url}`;
    }
  }
}

/** Lists are newest first: a page whose last item is older is the last that matters. */
const isBefore =
  (sinceMs: number) =>
  (page: readonly { readonly createdAt: string }[]): boolean => {
    const last = page.at(-1);
    return last !== undefined && Date.parse(last.createdAt) < sinceMs - CLOCK_TOLERANCE_MS;
  };
