/** One run of the demo, from the file to the audit. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { projectRoot } from '#testing';
import type { DemoOptions } from './arguments.js';
import { afterSale, compareUntilAgreed, settleAndCompare } from './aftermath.js';
import { audit, isBack, isSold, type AcceptedOrder, type Discrepancy } from './audit.js';
import { parseTable } from './csv.js';
import { inParallel } from './http.js';
import { readInvoices } from './invoices.js';
import { makePlan, type Plan } from './plan.js';
import { customersOf, productsOf } from './register.js';
import { Readers } from './readers.js';
import {
  auditReport,
  booksReport,
  inputReport,
  outcomeReport,
  planReport,
  progressLine,
} from './report.js';
import { Shop, type BookEnds } from './shop.js';
import { StatusLine } from './status-line.js';
import type { OrderView, ReturnView, SagaView } from './views.js';
import { watch } from './watch.js';

const INPUT = ['tools', 'demo', 'data', 'online-retail.csv'];
/** The saga ends when the notice is recorded; its delivery may take a little longer. */
const MAIL_PATIENCE_MS = 30_000;
const MAIL_INTERVAL_MS = 500;

interface Placed {
  readonly accepted: AcceptedOrder[];
  readonly refused: string[];
  readonly tookMs: number;
}

export interface DemoResult {
  /** Everything adds up. */
  readonly addsUp: boolean;
  /** What differs between the books of money by now. */
  readonly compareAgain: () => Promise<readonly Discrepancy[]>;
}

/** @throws DemoProblem */
export const runDemo = async (
  options: DemoOptions,
  say: (text: string) => void = console.log,
): Promise<DemoResult> => {
  const shop = new Shop(options);
  await shop.mustBeUp();
  const file = await readFile(join(projectRoot(), ...INPUT), 'utf8');
  const invoices = readInvoices(parseTable(file));
  say(inputReport(invoices));

  const startedAtMs = Date.now();
  const plan = makePlan(invoices.invoices, options.orders, runIdOf(startedAtMs));
  say(planReport(plan));
  await shop.registerMerchants(plan.runId);
  await shop.register(productsOf(plan.orders), customersOf(plan.orders));
  await shop.putStock(plan.stock);
  const readers = new Readers(options);
  const before = await readers.trialBalanceIfUp();
  const ends = await shop.bookEnds();
  say(`The goods are in the catalog and on their shelves after ${secondsSince(startedAtMs)}.\n`);

  const { placed, sagas } = await placeAndWatch(shop, plan, options, startedAtMs);
  const ids = new Set(placed.accepted.map(({ orderId }) => orderId));
  const orders = async (): Promise<OrderView[]> =>
    (await shop.settledOrders(startedAtMs)).filter(({ orderId }) => ids.has(orderId));
  const outcome = { planned: options.orders, acceptingMs: placed.tookMs, accepted: [...ids] };
  say(`\n${outcomeReport({ ...outcome, sagas, orders: await orders() })}\n`);
  for (const refusal of new Set(placed.refused)) say(`  not accepted: ${refusal}`);

  const { patienceMs } = options;
  const intents = async () => (await shop.books(ends)).intents;
  const { accepted } = placed;
  const { returns, disputed } = await afterSale({ shop, accepted, orders, intents, patienceMs });
  say(`Then ${returns.length} parcels came back and ${disputed} payments were disputed.`);
  const goods = await auditGoods({ shop, plan, accepted, returns, ends, startedAtMs, orders });
  say(auditReport(goods.discrepancies, goods.compared));

  const money = { readers, before, orders, intents, patienceMs, runId: plan.runId };
  const { discrepancies, merchants } = await settleAndCompare(money);
  say(`\n${booksReport(merchants, discrepancies)}`);
  return {
    addsUp: [...goods.discrepancies, ...discrepancies, ...placed.refused].length === 0,
    compareAgain: async () => (await compareUntilAgreed(money)).discrepancies,
  };
};

interface Goods {
  readonly shop: Shop;
  readonly plan: Plan;
  readonly accepted: readonly AcceptedOrder[];
  readonly returns: readonly ReturnView[];
  readonly ends: BookEnds;
  readonly startedAtMs: number;
  readonly orders: () => Promise<OrderView[]>;
}

/** Each order against the books of provider, carrier and mail server, and the stock. */
const auditGoods = async ({
  shop,
  plan,
  accepted,
  returns,
  ends,
  startedAtMs,
  ...goods
}: Goods) => {
  const orders = await goods.orders();
  const sold = orders.filter(({ status }) => isSold(status)).length;
  await mailsArrived(shop, ends, accepted, { sold, back: returns.filter(isBack).length });
  const sagas = await shop.sagas(startedAtMs);
  const books = await shop.books(ends);
  const stock = await shop.stock(plan.stock.keys());
  const facts = { accepted, orders, sagas, returns, stocked: plan.stock, stock, ...books };
  const compared = {
    orders: accepted.length,
    intents: books.intents.length,
    shipments: books.shipments.length,
    mails: books.mails.length,
    products: stock.length,
  };
  return { discrepancies: audit(facts), compared };
};

/** Ids of products and orders of one run begin with it, so that runs do not meet. */
const runIdOf = (nowMs: number): string => `d${nowMs.toString(36)}`;

const secondsSince = (ms: number): string => `${((Date.now() - ms) / 1000).toFixed(1)} s`;

const placeAndWatch = async (
  shop: Shop,
  plan: Plan,
  { concurrency, patienceMs }: DemoOptions,
  startedAtMs: number,
): Promise<{ placed: Placed; sagas: readonly SagaView[] }> => {
  const placingFrom = Date.now();
  const ids = new Set<string>();
  let allPlaced = false;
  const line = new StatusLine();
  const placing = placeAll(shop, plan, concurrency, ids).finally(() => (allPlaced = true));
  const watching = watch({
    patienceMs,
    accepted: ids,
    allPlaced: () => allPlaced,
    look: () => shop.sagas(startedAtMs),
    show: (progress) =>
      line.show(progressLine(progress, plan.orders.length, secondsSince(placingFrom))),
  });
  try {
    const [placed, sagas] = await Promise.all([placing, watching]);
    return { placed, sagas };
  } finally {
    line.end();
  }
};

const placeAll = async (
  shop: Shop,
  plan: Plan,
  concurrency: number,
  ids: Set<string>,
): Promise<Placed> => {
  const startedAt = performance.now();
  const accepted: AcceptedOrder[] = [];
  const refused: string[] = [];
  await inParallel(plan.orders, concurrency, async ({ idempotencyKey, ...order }) => {
    const placement = await shop.place(order.request, idempotencyKey);
    if ('refused' in placement) refused.push(placement.refused);
    else {
      ids.add(placement.orderId);
      accepted.push({ orderId: placement.orderId, ...order });
    }
  });
  return { accepted, refused, tookMs: performance.now() - startedAt };
};

/** Waits for the mails of this run, for a while; the audit then says which are missing. */
const mailsArrived = async (
  shop: Shop,
  ends: BookEnds,
  accepted: readonly AcceptedOrder[],
  expected: { readonly sold: number; readonly back: number },
): Promise<void> => {
  const own = new Set<string | null>(accepted.map(({ orderId }) => orderId));
  const giveUpAt = performance.now() + MAIL_PATIENCE_MS;
  while (performance.now() < giveUpAt) {
    const mails = (await shop.mails(ends)).filter(({ orderId }) => own.has(orderId));
    const count = (wanted: string): number =>
      mails.filter(({ notice }) => notice === wanted).length;
    if (count('order-shipped') >= expected.sold && count('return-refunded') >= expected.back)
      return;
    await pause(MAIL_INTERVAL_MS);
  }
};
