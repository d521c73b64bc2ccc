/**
 * The audit: does what became of every order agree with the provider's, the carrier's and the mail
 * server's own books, and with the stock? It asks those who hold the money and the parcels; that our
 * own tables agree with each other would prove little.
 */
import type { TestWorld } from '#testing';
import { byOrder, readBooks, type BookedIntent, type Books } from './books.js';
import { endsConfirmed, piecesOf, totalOf, type PlannedOrder } from './orders.js';
import { Shop } from './shop.js';
import type { OrderSummary, SagaSummary, StockView } from './views.js';

/** An order that was answered with 202. */
export interface Accepted extends PlannedOrder {
  readonly orderId: string;
}

export interface AuditFacts {
  readonly accepted: readonly Accepted[];
  readonly orders: readonly OrderSummary[];
  readonly sagas: readonly SagaSummary[];
  readonly books: Books;
  /** Pieces that were put in at the start, by product. */
  readonly stocked: Readonly<Record<string, number>>;
  readonly stock: readonly StockView[];
  /** A mail server may get a mail twice when the sender dies between sending and noting it. */
  readonly repeatedMails: 'allowed' | 'forbidden';
}

/** Everything that does not add up, one line each; empty when all is well. */
export function auditFindings(facts: AuditFacts): string[] {
  return [
    ...lostAndFound(facts),
    ...outcomes(facts),
    ...money(facts),
    ...parcels(facts),
    ...mails(facts),
    ...pieces(facts),
  ];
}

function lostAndFound({ accepted, orders, sagas, books }: AuditFacts): string[] {
  const ids = new Set(accepted.map(({ orderId }) => orderId));
  const known = new Set(orders.map(({ orderId }) => orderId));
  const started = byOrder(sagas, ({ orderId }) => orderId);
  const foreign = (what: string, id: string | null) =>
    id !== null && ids.has(id) ? [] : [`${what} belongs to no accepted order (${id})`];
  return [
    ...[...ids].filter((id) => !known.has(id)).map((id) => `${id} was accepted and is lost`),
    ...[...ids]
      .filter((id) => started.get(id)?.length !== 1)
      .map((id) => `${id} has ${started.get(id)?.length ?? 0} sagas`),
    ...orders.flatMap(({ orderId }) => foreign('an order', orderId)),
    ...books.intents.flatMap(({ intentId, orderId }) => foreign(`intent ${intentId}`, orderId)),
    ...books.shipments.flatMap((shipment) => foreign('a shipment', shipment.reference)),
    ...books.mails.flatMap((mail) => foreign(`mail ${mail.n}`, mail.orderId)),
  ];
}

const STATUS_OF_STATE: Partial<Record<string, string>> = {
  completed: 'confirmed',
  compensated: 'cancelled',
};

function outcomes({ accepted, orders, sagas }: AuditFacts): string[] {
  const statusOf = new Map(orders.map(({ orderId, status }) => [orderId, status]));
  return [
    ...sagas.flatMap(({ orderId, state, attention }) => [
      ...(STATUS_OF_STATE[state] === statusOf.get(orderId)
        ? []
        : [`${orderId} is ${statusOf.get(orderId)} while its saga is ${state}`]),
      ...(attention ? [`${orderId} needs attention: ${attention.message}`] : []),
    ]),
    ...accepted.flatMap(({ orderId, kind }) => {
      const expected = endsConfirmed(kind) ? 'confirmed' : 'cancelled';
      const status = statusOf.get(orderId);
      return status === expected ? [] : [`${orderId} (${kind}) is ${status}, not ${expected}`];
    }),
  ];
}

function money({ accepted, orders, books }: AuditFacts): string[] {
  const intents = byOrder(books.intents, ({ orderId }) => orderId);
  const requests = new Map(accepted.map(({ orderId, request }) => [orderId, request]));
  return orders.flatMap(({ orderId, status }) => {
    const own = intents.get(orderId) ?? [];
    const request = requests.get(orderId);
    const sum = (value: (intent: BookedIntent) => number) =>
      own.reduce((total, intent) => total + value(intent), 0);
    const kept = sum(({ captured, refunded }) => captured - refunded);
    const due = status === 'confirmed' && request ? totalOf(request) : 0;
    return [
      ...(own.length > 1 ? [`${orderId} has ${own.length} intents at the provider`] : []),
      ...(sum(({ captures }) => captures) > 1 ? [`${orderId} was charged more than once`] : []),
      ...(kept === due ? [] : [`${orderId} is ${status}, and ${kept} of ${due} was taken`]),
      ...(status === 'confirmed' && sum(({ refunded }) => refunded) > 0
        ? [`${orderId} is confirmed, and money was given back`]
        : []),
      ...(request && own.some(({ currency }) => currency.toUpperCase() !== request.currency)
        ? [`${orderId} was charged in another currency`]
        : []),
    ];
  });
}

function parcels({ accepted, orders, books }: AuditFacts): string[] {
  const shipments = byOrder(books.shipments, ({ reference }) => reference);
  const requests = new Map(accepted.map(({ orderId, request }) => [orderId, request]));
  return orders.flatMap(({ orderId, status }) => {
    const sent = (shipments.get(orderId) ?? []).filter((parcel) => parcel.status === 'created');
    const expected = status === 'confirmed' ? 1 : 0;
    if (sent.length !== expected) return [`${orderId} is ${status} with ${sent.length} parcels`];
    const inside = piecesOf(sent.map(({ items }) => ({ items: items.map(priceless) })));
    const ordered = piecesOf(expected === 1 ? [requests.get(orderId) ?? { items: [] }] : []);
    return samePieces(inside, ordered) ? [] : [`${orderId} was sent other things than ordered`];
  });
}

const priceless = (line: { productId: string; quantity: number }) => ({ ...line, unitPrice: 0 });

const samePieces = (a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): boolean =>
  a.size === b.size && [...a].every(([product, count]) => b.get(product) === count);

function mails({ accepted, orders, books, repeatedMails }: AuditFacts): string[] {
  const byId = byOrder(books.mails, ({ orderId }) => orderId);
  const requests = new Map(accepted.map(({ orderId, request }) => [orderId, request]));
  return orders.flatMap(({ orderId, status }) => {
    const got = byId.get(orderId) ?? [];
    if (status !== 'confirmed') return got.length === 0 ? [] : [`${orderId} is ${status}: mailed`];
    const email = requests.get(orderId)?.email;
    return [
      ...(got.length === 0 ? [`${orderId} is confirmed without a mail`] : []),
      ...(got.length > 1 && repeatedMails === 'forbidden'
        ? [`${orderId} got ${got.length} mails`]
        : []),
      ...(new Set(got.map(({ messageId }) => messageId)).size > 1
        ? [`${orderId} got mails with different message ids`]
        : []),
      ...(got.some(({ to }) => to.length !== 1 || to[0] !== email)
        ? [`${orderId} was mailed to somebody else`]
        : []),
    ];
  });
}

function pieces({ accepted, orders, stocked, stock }: AuditFacts): string[] {
  const confirmed = new Set(
    orders.flatMap(({ orderId, status }) => (status === 'confirmed' ? [orderId] : [])),
  );
  const gone = piecesOf(
    accepted.filter(({ orderId }) => confirmed.has(orderId)).map(({ request }) => request),
  );
  return stock.flatMap(({ productId, onHand, reserved, available }) => {
    const before = stocked[productId] ?? 0;
    const expected = before - (gone.get(productId) ?? 0);
    return [
      ...(available === expected
        ? []
        : [`${productId}: ${available} are available, ${expected} should be of ${before}`]),
      ...(onHand - reserved === available
        ? []
        : [`${productId}: ${onHand} on hand less ${reserved} reserved are not ${available}`]),
    ];
  });
}

/** Reads everything and compares it; call it when all orders are settled. */
export async function audit(
  world: TestWorld,
  {
    accepted,
    stocked,
    repeatedMails = 'forbidden',
  }: Pick<AuditFacts, 'accepted' | 'stocked'> & Partial<Pick<AuditFacts, 'repeatedMails'>>,
): Promise<string[]> {
  const shop = new Shop(world);
  const [orders, sagas, books, stock] = await Promise.all([
    shop.orders(),
    shop.sagas(),
    readBooks(world),
    Promise.all(Object.keys(stocked).map((productId) => shop.stock(productId))),
  ]);
  return auditFindings({ accepted, orders, sagas, books, stocked, stock, repeatedMails });
}
