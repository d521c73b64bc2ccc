/** What can be said after `npm run bench -- shop`. */
import { parseArgs } from 'node:util';
import { listed, milliseconds, unknownOption, whole } from '../arguments.js';

/** `mail`: from the captured payment to the mail, idle. `outage`: the payment provider is dead. */
export type Measure = 'mail' | 'outage';
export const MEASURES: readonly Measure[] = ['mail', 'outage'];

export interface ShopOptions {
  readonly measures: readonly Measure[];
  /** Of `mail`: how many orders, one after the other. */
  readonly orders: number;
  /** Of `outage`: orders a second, whatever becomes of those before. */
  readonly rate: number;
  readonly outageMs: number;
  /** Load before and after the outage. */
  readonly aroundMs: number;
  readonly json: string | undefined;
}

const ORDERS = '300';
const RATE = '200';
const OUTAGE = '60';
const AROUND = '15';

export const SHOP_HELP = `npm run bench -- shop [options]

The whole shop, all services and sandboxes on real sockets, with fsync on.

mail: one order after the other on an idle system; from the moment at which payment has recorded
that the money is there to the moment at which the mail server has the mail that says so.

outage: orders come at a steady rate, whatever becomes of those before; after a while the process of
the payment provider is killed, and started again later. What is accepted meanwhile and how fast,
when the circuit breaker opens and closes, and when everything is done. Then every order is held
against the books of provider, carrier and mail server; the exit code is 1 when something does not
add up.

  --only MEASURES       only these, with a comma between them: ${MEASURES.join(', ')}
  --orders N            mail: how many (default ${ORDERS})
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
