/**
 * The audit of a whole world, by the same rules as the demo's: what became of every order against
 * the provider's, the carrier's and the mail server's own books, and the stock. Beyond the demo's, a
 * world of one's own holds nothing that belongs to no accepted order, and no dead letter.
 */
import type { TestWorld } from '#testing';
import { audit as compare } from '../../tools/demo/audit.js';
import type { Obstacle } from '../../tools/demo/plan.js';
import { readBooks, type BookedMail, type Books } from './books.js';
import { totalOf, type OrderKind, type PlannedOrder } from './orders.js';
import { Shop } from './shop.js';
import { DEAD_LETTERS, Topics } from './topics.js';
import type { OrderSummary, ReturnView } from './views.js';

/** An order that was answered with 202. */
export interface Accepted extends PlannedOrder {
  readonly orderId: string;
}

export interface AuditOptions {
  readonly accepted: readonly Accepted[];
  /** Pieces that were put in at the start, by product. */
  readonly stocked: Readonly<Record<string, number>>;
  /** `allowed`: a sender may have died between sending a mail and noting it. */
  readonly repeatedMails: 'allowed' | 'forbidden';
}

const OBSTACLES: Readonly<Record<OrderKind, Obstacle | undefined>> = {
  fine: undefined,
  unsure: undefined,
  late: undefined,
  declined: 'decline',
  short: 'shortage',
  undeliverable: 'undeliverable',
};

/** Everything that does not add up, one line each; call it when all orders are settled. */
export async function audit(
  world: TestWorld,
  { accepted, stocked, repeatedMails }: AuditOptions,
): Promise<string[]> {
  const shop = new Shop(world);
  const [orders, sagas, books, stock, deadLetters] = await Promise.all([
    shop.orders(),
    shop.sagas(),
    readBooks(world),
    Promise.all(Object.keys(stocked).map((productId) => shop.stock(productId))),
    new Topics(world).counts(DEAD_LETTERS),
  ]);
  // Most worlds have none, and then need not be asked for each order.
  const some = sagas.some(({ definition }) => definition === 'return-order');
  const returns = some
    ? (await Promise.all(orders.map(({ orderId }) => shop.returns(orderId)))).flat()
    : [];
  const promised = [...accepted.map(({ orderId }) => orderId), ...returns.map(idOf)];
  const discrepancies = compare({
    accepted: accepted.map(({ orderId, request, kind }) => ({
      orderId,
      request,
      totalAmount: totalOf(request),
      obstacle: OBSTACLES[kind],
      contested: false,
    })),
    orders,
    sagas,
    intents: books.intents,
    shipments: books.shipments,
    mails: repeatedMails === 'allowed' ? withoutRepetitions(books.mails) : books.mails,
    returns,
    stocked: new Map(Object.entries(stocked)),
    stock,
  });
  return [
    ...discrepancies.map(({ of, what }) => `${of} ${what}`),
    ...strangers(new Set(promised), orders, books),
    // Sent again, a command may come through all the same: that would hide that it was put aside.
    ...Object.entries(deadLetters).flatMap(([topic, count]) =>
      count === 0 ? [] : [`${topic} holds ${count}`],
    ),
  ];
}

const idOf = ({ returnId }: ReturnView): string => returnId;

/** A repeated mail is the same mail: to the same customer, with the same message id. */
const withoutRepetitions = (mails: readonly BookedMail[]): BookedMail[] => [
  ...new Map(mails.map((mail) => [`${mail.orderId} ${mail.messageId}`, mail])).values(),
];

function strangers(
  accepted: ReadonlySet<string | null>,
  orders: readonly OrderSummary[],
  { intents, shipments, mails }: Books,
): string[] {
  const found = [
    ...orders.map(({ orderId }) => ['order', orderId] as const),
    ...intents.map(({ orderId }) => ['intent', orderId] as const),
    ...shipments.map(({ reference }) => ['shipment', reference] as const),
    ...mails.map(({ orderId }) => ['mail', orderId] as const),
  ];
  return found
    .filter(([, orderId]) => !accepted.has(orderId))
    .map(([what, orderId]) => `there is a ${what} of ${orderId}, which nobody was promised`);
}
