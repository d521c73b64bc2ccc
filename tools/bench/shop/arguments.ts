/** What can be said after `npm run bench -- shop`. */
import { parseArgs } from 'node:util';
import { listed, milliseconds, unknownOption, whole } from '../arguments.js';

/**
 * `mail`: from the captured payment to the mail, idle. `throughput`: as much as it takes. `readers`: both
 * with and without those who read what happened. `outage`: the payment provider is dead.
 */
export type Measure = 'mail' | 'throughput' | 'readers' | 'outage';
export const MEASURES: readonly Measure[] = ['mail', 'throughput', 'readers', 'outage'];

export interface ShopOptions {
  readonly measures: readonly Measure[];
  /** Of `mail`: how many orders, one after the other. */
  readonly orders: number;
  /** Of `throughput`: orders that are measured, orders before them, connections. */
  readonly count: number;
  readonly warmUpOrders: number;
  readonly clients: number;
  /** Of `readers`: how often both are measured. */
  readonly rounds: number;
  /** Of `outage`: orders a second, whatever becomes of those before. */
  readonly rate: number;
  readonly outageMs: number;
  /** Load before and after the outage. */
  readonly aroundMs: number;
  readonly json: string | undefined;
}

const ORDERS = '300';
const COUNT = '10000';
const WARM_UP_ORDERS = '5000';
const CLIENTS = '64';
const ROUNDS = '2';
const RATE = '200';
const OUTAGE = '60';
const AROUND = '15';

export const SHOP_HELP = `npm run bench -- shop [options]

The whole shop, all services and sandboxes on real sockets, with fsync on.

mail: one order after the other on an idle system; from the moment at which payment has recorded
that the money is there to the moment at which the mail server has the mail that says so.

throughput: so many clients, each of which places its next order when its last one was answered, until
all are placed; then until the last saga and the last mail are done. Orders a second, and the CPU time
an order by process. The books are compared as below.

readers: throughput and mail, in turn without and with all who live off the facts (analytics, accounting,
settlement, audit), and how much of the one is left and how much longer the other takes.

outage: orders come at a steady rate, whatever becomes of those before; after a while the process of
the payment provider is killed, and started again later. What is accepted meanwhile and how fast,
when the circuit breaker opens and closes, and when everything is done. Then every order is held
against the books of provider, carrier and mail server; the exit code is 1 when something does not
add up.

  --only MEASURES       only these, with a comma between them: ${MEASURES.join(', ')}
  --orders N            mail: how many (default ${ORDERS})
  --count N             throughput: how many orders (default ${COUNT})
  --warm-up-orders N    throughput: how many before them (default ${WARM_UP_ORDERS})
  --clients N           throughput: connections (default ${CLIENTS})
  --rounds N            readers: how often (default ${ROUNDS})
  --rate N              outage: orders a second (default ${RATE})
  --outage SECONDS      outage: how long the provider is dead (default ${OUTAGE})
  --around SECONDS      outage: load before and after it (default ${AROUND})
  --json FILE           writes everything that was measured
  --help                this text`;

/** @throws BenchProblem naming the option that is wrong. `undefined`: help was asked for. */
export function readShopArguments(args: readonly string[]): ShopOptions | undefined {
  const values = parse(args);
  if (values.help === true) return undefined;
  return {
    measures: listed('--only', values.only, MEASURES),
    orders: whole('--orders', values.orders ?? ORDERS, 1, 100_000),
    count: whole('--count', values.count ?? COUNT, 1, 1_000_000),
    warmUpOrders: whole(
      '--warm-up-orders',
      values['warm-up-orders'] ?? WARM_UP_ORDERS,
      0,
      1_000_000,
    ),
    clients: whole('--clients', values.clients ?? CLIENTS, 1, 1_000),
    rounds: whole('--rounds', values.rounds ?? ROUNDS, 1, 100),
    rate: whole('--rate', values.rate ?? RATE, 1, 10_000),
    outageMs: milliseconds('--outage', values.outage ?? OUTAGE),
    aroundMs: milliseconds('--around', values.around ?? AROUND),
    json: values.json,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: 'string' },
        orders: { type: 'string' },
        count: { type: 'string' },
        'warm-up-orders': { type: 'string' },
        clients: { type: 'string' },
        rounds: { type: 'string' },
        rate: { type: 'string' },
        outage: { type: 'string' },
        around: { type: 'string' },
        json: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw unknownOption(error, 'npm run bench -- shop --help');
  }
}
