/** The running system as the demo sees it: what it asks of each part. */
import { setTimeout as pause } from 'node:timers/promises';
import { DemoProblem, PARTS, type DemoOptions, type Part } from './arguments.js';
import { call, callRepeatedly, get, getPages, inParallel, type Page } from './http.js';
import { MARKETS, merchantIdOf } from './markets.js';
import type { OrderLine, OrderRequest } from './plan.js';
import type { CustomerEntry, ProductEntry } from './register.js';
import type {
  Books,
  IntentView,
  MailView,
  OrderView,
  ReturnView,
  SagaView,
  ShipmentView,
  StockView,
} from './views.js';

/** The most that a page of each list may hold. */
const PAGE = { orders: '100', sagas: '200', books: '1000' } as const;

/** How far the clocks of services may lie apart before a list is read too short. */
const CLOCK_TOLERANCE_MS = 60_000;

/** The most that the catalog and the customer service take at once. */
const BATCH = 1_000;
/** For the order service to hear of what was registered, on a machine that is busy. */
const HEARD_OF_WITHIN_MS = 30_000;
const ASK_AGAIN_MS = 200;

const UNDER_WAY: readonly string[] = ['pending', 'confirmed'];

const BOOKKEEPERS = ['sandbox-payment', 'sandbox-carrier', 'sandbox-mail'] as const;
/** Where each book ended before the demo began. */
export type BookEnds = Readonly<Record<(typeof BOOKKEEPERS)[number], string>>;

export type Placement = { readonly orderId: string } | { readonly refused: string };

export class Shop {
  /** Of the merchants of this run, by their ids. */
  readonly #keys = new Map<string, string>();
  /** Who sells what was placed, by the ids of the orders. */
  readonly #sellers = new Map<string, string>();

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

  /** Makes products and customers known, or says anew of them what is so. */
  async register(
    products: readonly ProductEntry[],
    customers: readonly CustomerEntry[],
  ): Promise<void> {
    const { catalog, customer } = this.options.urls;
    for (const batch of inBatches(products)) {
      await this.#mustTake(`${catalog}/products/batch`, { products: batch });
    }
    for (const batch of inBatches(customers)) {
      await this.#mustTake(`${customer}/customers/batch`, { customers: batch });
    }
  }

  /** The merchants of a run, with what they pay, where their money goes, and a key for each. */
  async registerMerchants(runId: string): Promise<void> {
    for (const market of MARKETS) {
      const { name, timeZone, fee, currency, accountNumber: number } = market;
      const merchantId = merchantIdOf(runId, market);
      const url = `${this.options.urls.merchant}/merchants/${merchantId}`;
      await this.#mustTake(url, { name, timeZone }, 'PUT');
      await this.#mustTake(`${url}/fee-rates`, fee);
      const account = { holder: name, number };
      await this.#mustTake(`${url}/payout-accounts/${currency}`, account, 'PUT');
      const made = await this.#mustTake(`${url}/api-keys`, { label: 'demo' });
      this.#keys.set(merchantId, (made as { readonly apiKey: string }).apiKey);
    }
  }

  /** Goods of an order that has arrived. */
  async sendBack(orderId: string, items: readonly OrderLine[]): Promise<void> {
    const lines = items.map(({ productId, quantity }) => ({ productId, quantity }));
    const url = `${this.options.urls.order}/orders/${orderId}/returns`;
    const headers = { ...this.#sellerOf(orderId), 'idempotency-key': `${orderId}-back` };
    await this.#mustTake(url, { items: lines }, 'POST', headers);
  }

  async returnsOf(orderId: string): Promise<readonly ReturnView[]> {
    const url = `${this.options.urls.order}/orders/${orderId}/returns`;
    const headers = this.#sellerOf(orderId);
    return (await get<{ items: readonly ReturnView[] }>(url, headers)).items;
  }

  /** A customer whose bank takes a payment back. @returns the dispute's id */
  async dispute(intentId: string): Promise<string> {
    const url = `${this.options.urls['sandbox-payment']}/sandbox/intents/${intentId}/dispute`;
    return ((await this.#mustTake(url, {})) as { readonly id: string }).id;
  }

  async closeDispute(id: string, outcome: 'win' | 'lose'): Promise<void> {
    const url = `${this.options.urls['sandbox-payment']}/sandbox/disputes/${id}/${outcome}`;
    await this.#mustTake(url, {});
  }

  /**
   * What has just been registered is heard of by the order service a moment later: until then it
   * knows neither product nor customer nor key, and is asked again.
   */
  async place(request: OrderRequest, idempotencyKey: string): Promise<Placement> {
    const giveUpAt = performance.now() + HEARD_OF_WITHIN_MS;
    for (;;) {
      const placement = await this.#place(request, idempotencyKey);
      if ('orderId' in placement) this.#sellers.set(placement.orderId, request.merchantId ?? '');
      if (!('isUnheardOf' in placement)) return placement;
      if (performance.now() > giveUpAt) return { refused: placement.refused };
      await pause(ASK_AGAIN_MS);
    }
  }

  async #place(
    request: OrderRequest,
    idempotencyKey: string,
  ): Promise<Placement | { readonly refused: string; readonly isUnheardOf: true }> {
    const { status, body } = await callRepeatedly(`${this.options.urls.order}/orders`, {
      method: 'POST',
      json: request,
      headers: { ...this.#keyOf(request.merchantId), 'idempotency-key': idempotencyKey },
    });
    const { orderId, code, errors } = body as {
      orderId?: unknown;
      code?: unknown;
      errors?: readonly { readonly code?: string }[];
    };
    if (status === 202 && typeof orderId === 'string') return { orderId };
    const refused = `${status}: ${JSON.stringify(body)}`;
    const isUnheardOf =
      code === 'key-unknown' || errors?.every((one) => one.code?.startsWith('unknown-')) === true;
    return isUnheardOf ? { refused, isUnheardOf } : { refused };
  }

  async #mustTake(
    url: string,
    json: object,
    method: 'POST' | 'PUT' = 'POST',
    headers: Readonly<Record<string, string>> = {},
  ): Promise<unknown> {
    const { status, body } = await callRepeatedly(url, { method, json, headers });
    if (status < 300) return body;
    throw new DemoProblem(`${method} ${url} answered ${status}: ${JSON.stringify(body)}`);
  }

  #keyOf(merchantId = ''): Readonly<Record<string, string>> {
    const apiKey = this.#keys.get(merchantId);
    return apiKey === undefined ? {} : { 'x-api-key': apiKey };
  }

  #sellerOf(orderId: string): Readonly<Record<string, string>> {
    return this.#keyOf(this.#sellers.get(orderId));
  }

  /**
   * All orders of this run's merchants that were created since then, and perhaps some before; of all
   * merchants where none was registered.
   */
  async orders(sinceMs: number): Promise<OrderView[]> {
    const url = `${this.options.urls.order}/orders`;
    const merchantIds = this.#keys.size > 0 ? [...this.#keys.keys()] : [undefined];
    const found = merchantIds.map((merchantId) => {
      const query = { limit: PAGE.orders, ...(merchantId !== undefined && { merchantId }) };
      return getPages<OrderView>(url, query, isBefore(sinceMs), this.#keyOf(merchantId));
    });
    return (await Promise.all(found)).flat();
  }

  /**
   * As `orders`, when none is under way any more: an order is shipped by the fact that its parcel is,
   * which may come a little after its saga's end. After a while as they are.
   */
  async settledOrders(sinceMs: number): Promise<OrderView[]> {
    const giveUpAt = performance.now() + HEARD_OF_WITHIN_MS;
    for (;;) {
      const orders = await this.orders(sinceMs);
      const isUnderWay = orders.some(({ status }) => UNDER_WAY.includes(status));
      if (!isUnderWay || performance.now() > giveUpAt) return orders;
      await pause(ASK_AGAIN_MS);
    }
  }

  /** All sagas started since then, and perhaps some before. */
  sagas(sinceMs: number): Promise<SagaView[]> {
    const url = `${this.options.urls.orchestrator}/admin/sagas`;
    const headers = { 'x-api-key': this.options.readerKey };
    return getPages<SagaView>(url, { limit: PAGE.sagas }, isBefore(sinceMs), headers);
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

const inBatches = <Item>(items: readonly Item[]): Item[][] =>
  Array.from({ length: Math.ceil(items.length / BATCH) }, (_, index) =>
    items.slice(index * BATCH, (index + 1) * BATCH),
  );

/** Lists are newest first: a page whose last item is older is the last that matters. */
const isBefore =
  (sinceMs: number) =>
  (page: readonly { readonly createdAt: string }[]): boolean => {
    const last = page.at(-1);
    return last !== undefined && Date.parse(last.createdAt) < sinceMs - CLOCK_TOLERANCE_MS;
  };
