/** What the demo prints, as text: the input, the progress and the tables at the end. */
import type { Discrepancy } from './audit.js';
import type { MerchantBooks } from './books.js';
import type { Invoices } from './invoices.js';
import type { Plan } from './plan.js';
import { isTerminal, type OrderView, type SagaView } from './views.js';
import type { Progress } from './watch.js';

const SHOWN_DISCREPANCIES = 50;

export const inputReport = ({
  linesRead,
  invoicesRead,
  linesUsed,
  invoices,
  oddities,
}: Invoices): string => {
  const odd = oddities.map(({ count, what, treatment }) => [`${count}`, `${what}: ${treatment}`]);
  return [
    `Read ${linesRead} lines of ${invoicesRead} invoices; ${linesUsed} lines make ` +
      `${invoices.length} orders. Of the rest, and odd:`,
    table(odd, ['right', 'left']),
  ].join('\n');
};

export const planReport = ({ orders, stock, soldOut, scarce }: Plan): string => {
  const count = (obstacle: string): number =>
    orders.filter((order) => order.obstacle === obstacle).length;
  const contested = orders.filter((order) => order.contested).length;
  const token = (name: string): number =>
    orders.filter(({ request }) => request.payment.token === name).length;
  return [
    `Planned ${orders.length} orders of ${stock.size} products:`,
    table(
      [
        [`${count('shortage')}`, `ask for ${soldOut.join(', ') || 'nothing'}, which is sold out`],
        [`${contested}`, `compete for half as many as they want of ${scarce.join(', ') || '-'}`],
        [`${count('decline')}`, 'pay with a card that is declined'],
        [`${count('undeliverable')}`, 'live where nobody delivers'],
        [`${token('tok_error_then_ok')}`, 'pay with a card that fails once and then works'],
        [`${token('tok_timeout')}`, 'pay with a card that is charged without an answer in time'],
      ],
      ['right', 'left'],
    ),
  ].join('\n');
};

export const progressLine = (
  { accepted, completed, compensated }: Progress,
  planned: number,
  elapsed: string,
): string =>
  `accepted ${accepted}/${planned}  completed ${completed}  compensated ${compensated}` +
  `  (${elapsed})`;

export interface Outcome {
  readonly planned: number;
  readonly acceptingMs: number;
  readonly accepted: readonly string[];
  readonly orders: readonly OrderView[];
  readonly sagas: readonly SagaView[];
}

export const outcomeReport = (outcome: Outcome): string => {
  const { planned, acceptingMs, accepted, sagas } = outcome;
  const completed = sagas.filter(({ state }) => state === 'completed');
  const compensated = sagas.filter(({ state }) => state === 'compensated');
  const times = timesOf(outcome);
  const number = (value: number): string => String(value);
  const rows = [
    ['planned', number(planned), ''],
    ['accepted', number(accepted.length), perSecond(accepted.length, acceptingMs, 'accepted')],
    ['completed', number(completed.length), spread(times.completed)],
    ['compensated', number(compensated.length), spread(times.compensated)],
    ...causes(compensated).map(([code, count]) => [`  ${code}`, number(count), '']),
    ['not settled', number(accepted.length - completed.length - compensated.length), ''],
  ];
  return [
    table(rows, ['left', 'right', 'left']),
    `  ${perSecond(times.settled, times.spanMs, 'settled')}, first acceptance to last outcome`,
  ].join('\n');
};

export const auditReport = (
  discrepancies: readonly Discrepancy[],
  compared: Readonly<Record<'orders' | 'intents' | 'shipments' | 'mails' | 'products', number>>,
): string => {
  const { orders, intents, shipments, mails, products } = compared;
  const head =
    `Audit: ${orders} orders against ${intents} payments of the provider, ${shipments} entries ` +
    `of the carrier, ${mails} mails and the stock of ${products} products: `;
  return verdict(head, discrepancies, 'everything adds up.');
};

/** What was earned, merchant by merchant, and whether everybody's books say so. */
export const booksReport = (
  merchants: readonly MerchantBooks[],
  discrepancies: readonly Discrepancy[],
): string => {
  const rows = merchants.map(({ merchantId, currency, outside, settlement }) => {
    const { captured, refunded, chargedBack, fees, paidOut } = outside;
    const amounts = [captured, refunded, chargedBack, fees, paidOut, settlement.available];
    return [merchantId, currency, ...amounts.map(String)];
  });
  const names = ['captured', 'refunded', 'charged back', 'fees', 'paid out', 'balance'];
  const head =
    'Books of provider, bank, ledger, analytics, settlement, withdrawals and the event store: ';
  return [
    table(
      [['merchant', '', ...names], ...rows],
      ['left', 'left', ...names.map((): Side => 'right')],
    ),
    verdict(head, discrepancies, 'they agree to the minor unit.'),
  ].join('\n');
};

const verdict = (head: string, found: readonly Discrepancy[], good: string): string => {
  if (found.length === 0) return head + good;
  const shown = found.slice(0, SHOWN_DISCREPANCIES);
  const more = found.length - shown.length;
  return [
    `${head}${found.length} things do not add up:`,
    ...shown.map(({ of, what }) => `  ${of} ${what}`),
    ...(more > 0 ? [`  … and ${more} more`] : []),
  ].join('\n');
};

/** The value that `share` of the values do not exceed; undefined when there are none. */
export const percentile = (values: readonly number[], share: number): number | undefined => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
};

/** Milliseconds from an order's acceptance to its outcome, by the services' own timestamps. */
const timesOf = ({ orders, sagas }: Outcome) => {
  const acceptedAt = new Map(orders.map((order) => [order.orderId, Date.parse(order.createdAt)]));
  const settled = sagas.filter(isTerminal).flatMap(({ orderId, state, updatedAt }) => {
    const from = acceptedAt.get(orderId);
    return from === undefined ? [] : [{ state, from, to: Date.parse(updatedAt) }];
  });
  const took = (wanted: string): number[] =>
    settled.filter(({ state }) => state === wanted).map(({ from, to }) => to - from);
  const first = settled.reduce((least, { from }) => Math.min(least, from), Infinity);
  const last = settled.reduce((most, { to }) => Math.max(most, to), -Infinity);
  return {
    completed: took('completed'),
    compensated: took('compensated'),
    settled: settled.length,
    spanMs: last - first,
  };
};

const causes = (compensated: readonly SagaView[]): [code: string, count: number][] => {
  const counts = new Map<string, number>();
  for (const { cause } of compensated) {
    const code = cause?.code ?? 'no cause';
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a);
};

const spread = (values: readonly number[]): string => {
  const [p50, p99, most] = [0.5, 0.99, 1].map((share) => percentile(values, share));
  if (p50 === undefined || p99 === undefined || most === undefined) return '';
  return `after ${ms(p50)} (p50), ${ms(p99)} (p99), ${ms(most)} (longest)`;
};

const perSecond = (count: number, spanMs: number, what: string): string =>
  spanMs > 0 ? `${((count / spanMs) * 1000).toFixed(0)} orders/s ${what}` : '';

const ms = (value: number): string => (value < 10_000 ? `${value.toFixed(0)} ms` : seconds(value));

const seconds = (value: number): string => `${(value / 1000).toFixed(1)} s`;

type Side = 'left' | 'right';

const table = (rows: readonly (readonly string[])[], sides: readonly Side[]): string => {
  const widths = sides.map((_, i) => Math.max(0, ...rows.map((row) => (row[i] ?? '').length)));
  const cell = (text: string, i: number): string =>
    sides[i] === 'right' ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0);
  return rows.map((row) => `  ${row.map(cell).join('  ')}`.trimEnd()).join('\n');
};
