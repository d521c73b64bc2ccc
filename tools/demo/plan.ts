/**
 * Which orders are placed, and what becomes of each if everything works: the real invoices over and
 * over, a planned share of them with something that must go wrong. Nothing is left to chance, so
 * two runs of the same size differ only in their ids.
 */
import type { Invoice, InvoiceLine } from './invoices.js';
import { marketOf, MARKETS, merchantIdOf, type Market } from './markets.js';

export interface OrderLine {
  readonly productId: string;
  readonly quantity: number;
  /** Minor units of the order's currency. */
  readonly unitPrice: number;
}

export interface OrderRequest {
  readonly customerId: string;
  readonly merchantId?: string;
  readonly channel: string;
  readonly currency: string;
  readonly items: readonly OrderLine[];
  readonly shippingAddress: {
    readonly prefecture: string;
    readonly city: string;
    readonly line1: string;
    readonly postalCode: string;
    readonly country?: string;
  };
  readonly email: string;
  readonly payment: {
    readonly method: 'credit_card';
    readonly token: string;
    /** Nobody is there to give another one. */
    readonly anotherCardWithinS: 0;
  };
}

/** Why an order cannot go through. */
export type Obstacle = 'shortage' | 'decline' | 'undeliverable';

export interface PlannedOrder {
  readonly request: OrderRequest;
  readonly idempotencyKey: string;
  /** What stands in its way; the first one that it meets, stock before card before carrier. */
  readonly obstacle: Obstacle | undefined;
  /** A scarce product is in it: it may be short, depending on who comes first. */
  readonly contested: boolean;
  readonly totalAmount: number;
}

export interface Plan {
  /** Ids of its products, merchants and requests begin with it. */
  readonly runId: string;
  readonly orders: readonly PlannedOrder[];
  /** Pieces to put on the shelf before the first order, by product. */
  readonly stock: ReadonlyMap<string, number>;
  readonly soldOut: readonly string[];
  readonly scarce: readonly string[];
}

/** Of a thousand orders, this many. The rest pays with a card that works and lives somewhere. */
const PER_MILLE = { declined: 60, undeliverable: 50, flaky: 50, late: 5 } as const;
const UNDELIVERABLE_POSTAL_CODE = '000-0000';
/** Of all orders, about this share meets a product that is sold out, and each scarce product. */
const SHORT_SHARE = 0.04;
const SCARCE_PRODUCTS = 3;
/** Part of the demand for a scarce product that can be met. */
const SCARCE_COVER = 0.5;
/** On the shelf beyond what is asked for, so that the leftovers are audited too. */
const SPARE_PIECES = 10;

type Priced = Pick<InvoiceLine, 'stockCode' | 'unitPrice'>;

type Trait = keyof typeof PER_MILLE | undefined;

export const makePlan = (invoices: readonly Invoice[], count: number, runId: string): Plan => {
  if (invoices.length === 0) throw new Error('there is no invoice to place');
  const placed = Array.from({ length: count }, (_, i) => invoices[i % invoices.length] as Invoice);
  const [soldOutCode, ...scarceCodes] = rareProducts(invoices, 1 + SCARCE_PRODUCTS);
  const soldOut = new Set(soldOutCode === undefined ? [] : [soldOutCode]);
  const scarce = new Set(scarceCodes);
  const prices = pricesOf(invoices);
  // A product has one price at a time, the real invoices several: each of these is one of its own, and
  // so is each currency.
  const productId = ({ stockCode, unitPrice }: Priced, { currency }: Market): string =>
    [
      ...[runId, stockCode],
      ...(prices.get(stockCode)?.size === 1 ? [] : [unitPrice]),
      ...(currency === MARKETS[0].currency ? [] : [currency]),
    ].join('-');
  const idsOf = (codes: ReadonlySet<string>): string[] =>
    [...codes].flatMap((stockCode) =>
      [...(prices.get(stockCode) ?? [])].flatMap((unitPrice) =>
        MARKETS.map((market) => productId({ stockCode, unitPrice }, market)),
      ),
    );

  const orders = placed.map((invoice, index): PlannedOrder => {
    const trait = traitOf(index);
    const has = (codes: ReadonlySet<string>): boolean =>
      invoice.lines.some(({ stockCode }) => codes.has(stockCode));
    const market = marketOf(index, invoices.length);
    const request = requestOf(invoice, index, { runId, trait, market, productId });
    return {
      request,
      idempotencyKey: `${runId}-${index}`,
      obstacle: has(soldOut) ? 'shortage' : obstacleOf(trait),
      contested: !has(soldOut) && has(scarce),
      totalAmount: request.items.reduce((sum, line) => sum + line.quantity * line.unitPrice, 0),
    };
  });
  const wanted = new Set(orders.flatMap(({ request }) => request.items.map((i) => i.productId)));
  return {
    runId,
    orders,
    stock: stockFor(orders, {
      soldOut: new Set(idsOf(soldOut)),
      scarce: new Set(idsOf(scarce)),
    }),
    soldOut: idsOf(soldOut).filter((id) => wanted.has(id)),
    scarce: idsOf(scarce).filter((id) => wanted.has(id)),
  };
};

const pricesOf = (invoices: readonly Invoice[]): Map<string, Set<number>> => {
  const prices = new Map<string, Set<number>>();
  for (const { stockCode, unitPrice } of invoices.flatMap(({ lines }) => lines)) {
    prices.set(stockCode, (prices.get(stockCode) ?? new Set()).add(unitPrice));
  }
  return prices;
};

/** 617 shares no divisor with 1000: a thousand orders hold every share, spread over their length. */
const traitOf = (index: number): Trait => {
  let place = (index * 617) % 1000;
  for (const [trait, share] of Object.entries(PER_MILLE)) {
    if (place < share) return trait as Trait;
    place -= share;
  }
  return undefined;
};

const obstacleOf = (trait: Trait): Obstacle | undefined => {
  if (trait === 'declined') return 'decline';
  return trait === 'undeliverable' ? 'undeliverable' : undefined;
};

const tokenOf = (trait: Trait): string => {
  if (trait === 'declined') return 'tok_declined';
  if (trait === 'flaky') return 'tok_error_then_ok';
  return trait === 'late' ? 'tok_timeout' : 'tok_ok';
};

/** Products whose share of invoices is nearest to the share that shall be short, no two together. */
const rareProducts = (invoices: readonly Invoice[], count: number): string[] => {
  const invoicesOf = new Map<string, Set<number>>();
  invoices.forEach(({ lines }, index) => {
    // Postage (POST) is always there.
    for (const { stockCode } of lines.filter((line) => /^\d/.test(line.stockCode))) {
      const indexes = invoicesOf.get(stockCode) ?? new Set();
      invoicesOf.set(stockCode, indexes.add(index));
    }
  });
  const distance = (indexes: ReadonlySet<number>): number =>
    Math.abs(indexes.size / invoices.length - SHORT_SHARE);
  const candidates = [...invoicesOf].sort(
    ([codeA, a], [codeB, b]) => distance(a) - distance(b) || (codeA < codeB ? -1 : 1),
  );
  const taken = new Set<number>();
  const chosen: string[] = [];
  for (const [stockCode, indexes] of candidates) {
    if (chosen.length === count) break;
    if ([...indexes].some((index) => taken.has(index))) continue;
    for (const index of indexes) taken.add(index);
    chosen.push(stockCode);
  }
  return chosen;
};

const stockFor = (
  orders: readonly PlannedOrder[],
  short: { readonly soldOut: ReadonlySet<string>; readonly scarce: ReadonlySet<string> },
): Map<string, number> => {
  const demand = new Map<string, number>();
  for (const { request } of orders) {
    for (const { productId, quantity } of request.items) {
      demand.set(productId, (demand.get(productId) ?? 0) + quantity);
    }
  }
  const shelf = (productId: string, wanted: number): number => {
    if (short.soldOut.has(productId)) return 0;
    return short.scarce.has(productId) ? Math.floor(wanted * SCARCE_COVER) : wanted + SPARE_PIECES;
  };
  return new Map([...demand].map(([productId, wanted]) => [productId, shelf(productId, wanted)]));
};

const CHANNELS = ['web', 'app', 'marketplace', 'phone'];

type Place = readonly [prefecture: string, city: string, postalCode: string];

const HOME: Place = ['Greater London', 'London', 'SW1A 1AA'];
const PLACES: Readonly<Record<string, Place>> = {
  FR: ['Île-de-France', 'Paris', '75001'],
  NL: ['Noord-Holland', 'Amsterdam', '1012 JS'],
  AU: ['Victoria', 'Melbourne', '3000'],
};

interface Wishes {
  readonly runId: string;
  readonly trait: Trait;
  readonly market: Market;
  readonly productId: (line: Priced, market: Market) => string;
}

const requestOf = (
  invoice: Invoice,
  index: number,
  { runId, trait, market, productId }: Wishes,
): OrderRequest => {
  const [prefecture, city, postalCode] = PLACES[invoice.country ?? ''] ?? HOME;
  return {
    customerId: invoice.customerId,
    merchantId: merchantIdOf(runId, market),
    channel: CHANNELS[index % CHANNELS.length] ?? 'web',
    currency: market.currency,
    items: invoice.lines.map(({ stockCode, quantity, unitPrice }) => ({
      productId: productId({ stockCode, unitPrice }, market),
      quantity,
      unitPrice: market.priceOf(unitPrice),
    })),
    shippingAddress: {
      prefecture,
      city,
      line1: `${1 + (index % 200)} Example Street`,
      postalCode: trait === 'undeliverable' ? UNDELIVERABLE_POSTAL_CODE : postalCode,
      ...(invoice.country !== undefined && { country: invoice.country }),
    },
    email: `customer-${invoice.customerId}.${runId}.${index}@example.com`,
    payment: { method: 'credit_card', token: tokenOf(trait), anotherCardWithinS: 0 },
  };
};
