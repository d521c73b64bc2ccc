/**
 * Does what became of every order agree with the books of those who hold the money, the parcels and
 * the mail, and with the stock? Pure: everything it looks at comes in, every discrepancy comes out.
 */
import type { Obstacle, OrderRequest } from './plan.js';
import type {
  IntentView,
  MailView,
  OrderView,
  ReturnView,
  SagaView,
  ShipmentView,
  StockView,
} from './views.js';

/** An order that was answered with 202. */
export interface AcceptedOrder {
  readonly orderId: string;
  readonly request: Pick<OrderRequest, 'items' | 'email' | 'currency'>;
  readonly totalAmount: number;
  readonly obstacle: Obstacle | undefined;
  readonly contested: boolean;
}

export interface AuditFacts {
  readonly accepted: readonly AcceptedOrder[];
  readonly orders: readonly OrderView[];
  readonly sagas: readonly SagaView[];
  readonly intents: readonly IntentView[];
  readonly shipments: readonly ShipmentView[];
  readonly mails: readonly MailView[];
  /** Of these orders; the demo itself sends nothing back. */
  readonly returns?: readonly ReturnView[];
  /** Pieces put on the shelf before the first order, by product. */
  readonly stocked: ReadonlyMap<string, number>;
  readonly stock: readonly StockView[];
}

export interface Discrepancy {
  /** The order or product concerned. */
  readonly of: string;
  readonly what: string;
}

/** Everything there is about one order. */
interface Case {
  readonly order: AcceptedOrder;
  readonly status: string | undefined;
  readonly view: OrderView | undefined;
  readonly sagas: readonly SagaView[];
  readonly intents: readonly IntentView[];
  readonly shipments: readonly ShipmentView[];
  readonly mails: readonly MailView[];
  readonly returns: readonly ReturnOf[];
}

/** A return with all there is about it. */
interface ReturnOf extends ReturnView {
  readonly sagas: readonly SagaView[];
  readonly parcels: readonly ShipmentView[];
}

export const audit = (facts: AuditFacts): Discrepancy[] => {
  const cases = casesOf(facts);
  return [
    ...cases.flatMap((one) =>
      [
        ...settled(one),
        ...asPlanned(one),
        ...money(one),
        ...parcels(one),
        ...letters(one),
        ...goodsBack(one),
      ].map((what) => ({ of: one.order.orderId, what })),
    ),
    ...pieces(facts, cases),
  ];
};

const casesOf = (facts: AuditFacts): Case[] => {
  const views = groupBy(facts.orders, ({ orderId }) => orderId);
  const sagas = groupBy(facts.sagas, ({ orderId }) => orderId);
  const intents = groupBy(facts.intents, ({ orderId }) => orderId);
  const shipments = groupBy(facts.shipments, ({ reference }) => reference);
  const mails = groupBy(facts.mails, ({ orderId }) => orderId);
  const returns = groupBy(facts.returns ?? [], ({ orderId }) => orderId);
  return facts.accepted.map((order) => {
    const view = views.get(order.orderId)?.[0];
    return {
      order,
      view,
      status: view?.status,
      sagas: sagas.get(order.orderId) ?? [],
      intents: intents.get(order.orderId) ?? [],
      shipments: shipments.get(order.orderId) ?? [],
      mails: mails.get(order.orderId) ?? [],
      returns: (returns.get(order.orderId) ?? []).map((one) => ({
        ...one,
        sagas: sagas.get(one.returnId) ?? [],
        parcels: shipments.get(one.returnId) ?? [],
      })),
    };
  });
};

/** What was ordered has left, whether or not it has arrived, or come back since. */
const SOLD: readonly string[] = ['shipped', 'completed', 'returned'];
export const isSold = (status: string | undefined): boolean =>
  status !== undefined && SOLD.includes(status);

const STATUSES_OF_STATE: Readonly<Record<string, readonly string[]>> = {
  completed: SOLD,
  compensated: ['cancelled'],
};

/** The order is there, was handled by one saga, and both say the same. */
function* settled({ order, view, status, sagas }: Case): Generator<string> {
  if (view === undefined) yield 'was accepted and is lost';
  else {
    if (!isSold(status) && status !== 'cancelled') yield `is still ${status}`;
    if (view.totalAmount !== order.totalAmount || view.currency !== order.request.currency) {
      yield `is stored with ${view.totalAmount} ${view.currency}, not ${order.totalAmount}`;
    }
  }
  if (sagas.length !== 1) yield `has ${sagas.length} sagas`;
  for (const { state, attention } of sagas) {
    const expected = STATUSES_OF_STATE[state];
    if (expected === undefined) yield `has a saga that is still ${state}`;
    else if (!expected.includes(status ?? '')) yield `is ${status} while its saga is ${state}`;
    if (attention) yield `needs attention: ${attention.message}`;
  }
}

/** Codes of a cancellation, by what stood in the order's way. */
const CODES: Readonly<Record<Obstacle, readonly string[]>> = {
  shortage: ['insufficient-stock'],
  decline: ['card_declined', 'generic_decline'],
  undeliverable: ['undeliverable'],
};

/** An order ends as what stood in its way demands, and for that reason. */
function* asPlanned({ order, view, status }: Case): Generator<string> {
  const { obstacle, contested } = order;
  if (isSold(status) && obstacle !== undefined) yield `is ${status} in spite of ${obstacle}`;
  if (status !== 'cancelled') return;
  const code = view?.reason?.code ?? 'no reason';
  if (contested && CODES.shortage.includes(code)) return;
  if (obstacle === undefined) yield `is cancelled (${code}) with nothing in its way`;
  else if (!CODES[obstacle].includes(code)) yield `is cancelled for ${code}, not for ${obstacle}`;
}

const isComplete = ({ status }: Pick<ReturnView, 'status'>): boolean => status === 'completed';

/** What was lost is paid back, and never comes. */
export const isBack = ({ origin, status }: Pick<ReturnView, 'origin' | 'status'>): boolean =>
  origin === 'customer' && isComplete({ status });

function* money({ order, status, intents, returns }: Case): Generator<string> {
  const sum = (value: (intent: IntentView) => number): number =>
    intents.reduce((total, intent) => total + value(intent), 0);
  const captured = sum((intent) => intent.captured);
  const refunded = sum((intent) => intent.refunded);
  const captures = sum((intent) => intent.captures);
  // Each card that is tried has an intent of its own, made when the one before is closed.
  const open = intents.filter((intent) => intent.status !== 'canceled').length;
  if (open > 1) yield `has ${open} intents at the payment provider`;
  if (captures > 1) yield `was charged ${captures} times`;
  for (const { currency } of intents) {
    if (currency.toUpperCase() !== order.request.currency) yield `was charged in ${currency}`;
  }
  if (isSold(status)) {
    if (captured !== order.totalAmount) {
      yield `is ${status}, and ${captured} of ${order.totalAmount} was charged`;
    }
    const due = returns
      .filter(isComplete)
      .reduce((total, { refundAmount }) => total + refundAmount, 0);
    if (refunded !== due) {
      yield `is ${status}, and ${refunded} was refunded${due > 0 ? `, not ${due}` : ''}`;
    }
  } else if (captured !== refunded) {
    yield `is ${status}, and the provider keeps ${captured - refunded}`;
  }
}

function* parcels({ order, status, shipments }: Case): Generator<string> {
  const live = shipments.filter(
    (shipment) => shipment.status !== 'cancelled' && shipment.status !== 'refused',
  );
  const expected = isSold(status) ? 1 : 0;
  if (live.length !== expected) {
    yield `is ${status}, and the carrier has ${live.length} shipments`;
    return;
  }
  for (const { items } of live) {
    if (!same(piecesOf(items), piecesOf(order.request.items))) {
      yield 'was shipped with other goods than ordered';
    }
  }
}

/** A return is complete when its goods have come, rejected when they never will. */
function* goodsBack({ returns }: Case): Generator<string> {
  for (const { returnId, origin, status, items, sagas, parcels: back } of returns) {
    const states = sagas.map(({ state }) => state).join();
    const expected = { completed: 'completed', rejected: 'compensated' }[status];
    if (states !== expected) yield `has the return ${returnId}, ${status}, whose saga is ${states}`;
    const attention = sagas.find((saga) => saga.attention)?.attention;
    if (attention) yield `has the return ${returnId}, which needs attention: ${attention.message}`;
    if (back.length > 1) yield `has the return ${returnId} of ${back.length} parcels`;
    const come = back.filter((parcel) => parcel.status === 'received');
    if ((come.length === 1) !== isBack({ origin, status })) {
      yield `has the return ${returnId}, ${status}, of which ${come.length} parcels have come`;
    }
    for (const parcel of come) {
      if (!same(piecesOf(parcel.items), piecesOf(items))) {
        yield `has the return ${returnId}, which came with other goods`;
      }
    }
  }
}

/** What is promised of it comes; of what a shop may send besides, none comes twice. */
function* letters({ order, status, mails, returns }: Case): Generator<string> {
  const expected: Readonly<Record<string, number>> = {
    'order-shipped': isSold(status) ? 1 : 0,
    'return-refunded': returns.filter(isBack).length,
    'parcel-lost': returns.filter((one) => isComplete(one) && !isBack(one)).length,
  };
  const ofNotice = groupBy(mails, ({ notice }) => notice);
  for (const [notice, count] of Object.entries(expected)) {
    const arrived = ofNotice.get(notice)?.length ?? 0;
    if (count !== undefined && arrived !== count)
      yield `is ${status}, and ${arrived} mails say ${notice}`;
  }
  if (isSold(status) && ofNotice.has('order-cancelled')) {
    yield `is ${status}, and a mail says order-cancelled`;
  }
  for (const [messageId, copies] of groupBy(mails, (mail) => mail.messageId)) {
    if (copies.length > 1) yield `got the mail ${messageId} ${copies.length} times`;
  }
  for (const { to } of mails) {
    if (to.join() !== order.request.email) yield `was mailed to ${to.join()}`;
  }
}

function* pieces({ stocked, stock }: AuditFacts, cases: readonly Case[]): Generator<Discrepancy> {
  const sold = piecesOf(
    cases.filter(({ status }) => isSold(status)).flatMap(({ order }) => order.request.items),
  );
  const back = piecesOf(
    cases.flatMap(({ returns }) => returns.filter(isBack).flatMap(({ items }) => items)),
  );
  const shelves = new Map(stock.map((shelf) => [shelf.productId, shelf]));
  for (const [productId, before] of stocked) {
    const shelf = shelves.get(productId);
    if (shelf === undefined) {
      yield { of: productId, what: 'is not known to the inventory' };
      continue;
    }
    const { onHand, reserved, available } = shelf;
    const left = before - (sold.get(productId) ?? 0) + (back.get(productId) ?? 0);
    const of = productId;
    if (left < 0) yield { of, what: `${-left} more were sold than there were` };
    if (available !== left) {
      yield { of, what: `${available} are available, and ${left} of ${before} were not sold` };
    }
    if (onHand - reserved !== available) {
      yield { of, what: `${onHand} on hand less ${reserved} reserved are not ${available}` };
    }
    if (reserved < 0 || onHand < 0) yield { of, what: `counts below zero` };
  }
}

const piecesOf = (
  lines: readonly { readonly productId: string; readonly quantity: number }[],
): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const { productId, quantity } of lines) {
    counts.set(productId, (counts.get(productId) ?? 0) + quantity);
  }
  return counts;
};

const same = (a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): boolean =>
  a.size === b.size && [...a].every(([productId, count]) => b.get(productId) === count);

const groupBy = <Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string | null,
): Map<string | null, Item[]> => {
  const groups = new Map<string | null, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
};
