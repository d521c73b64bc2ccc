import { csvRow } from '#platform';
import { netOf } from '../domain/settled.js';
import type { Line } from '../persistence/list-settlements.js';
import { decimalOf } from './decimal.js';

const COLUMNS = [
  ...(['order_id', 'delivered_at', 'currency'] as const),
  ...(['gross', 'fees', 'refunds', 'chargebacks', 'net'] as const),
];

/** A settlement's orders as CSV (RFC 4180), piece by piece. */
export async function* csvOf(
  currency: string,
  pages: AsyncIterable<readonly Line[]>,
): AsyncGenerator<string> {
  yield csvRow(COLUMNS);
  for await (const lines of pages) {
    yield lines.map((line) => csvLine(line, currency)).join('');
  }
}

function csvLine(line: Line, currency: string): string {
  const { orderId, completedAt, gross, fees, refunds, chargebacks } = line;
  const amounts = [gross, fees, refunds, chargebacks, netOf(line)];
  return csvRow([
    ...[orderId, completedAt?.toISOString(), currency],
    ...amounts.map((amount) => ({ decimal: decimalOf(amount, currency) })),
  ]);
}
