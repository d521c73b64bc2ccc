/** What the measurements of the shop print. */
import { figure, table } from '../report.js';
import type { MailFigures } from './mail.js';
import type { OutageFigures } from './outage.js';
import type { ReadersFigures, Side } from './readers.js';
import type { ThroughputFigures } from './throughput.js';

export const mailTable = ({ orders, p50Ms, p99Ms, maxMs }: MailFigures): string =>
  table([
    ['payment recorded to mail at the server', 'p50, ms', 'p99, ms', 'most, ms'],
    [`${orders} orders, one after the other`, figure(p50Ms), figure(p99Ms), figure(maxMs)],
  ]);

export function throughputTable(figures: ThroughputFigures): string {
  const { orders, clients, acceptedPerS, p50Ms, p99Ms, refused, settledPerS } = figures;
  const { cpuMs, discrepancies } = figures;
  const all = cpuMs.reduce((sum, { ms }) => sum + ms, 0);
  const parts = cpuMs.filter(({ ms }) => ms >= SMALLEST_MS);
  return [
    table([
      ['orders, clients', 'accepted/s', 'p50, ms', 'p99, ms', 'refused', 'settled/s'],
      [`${orders}, ${clients}`, ...[acceptedPerS, p50Ms, p99Ms, refused, settledPerS].map(figure)],
    ]),
    table([
      ['CPU time an order', 'ms'],
      ...parts.map(({ name, ms }) => [name, ms.toFixed(2)]),
      ['all', all.toFixed(2)],
    ]),
    ...verdict(discrepancies),
  ].join('\n');
}

/** Round by round, and how one side stands to the other in the middle. */
export function readersTable({ rounds, discrepancies }: ReadersFigures): string {
  const head = [
    ...['orders', 'settled/s', 'read/s', 'CPU, ms an order', 'accepted, p50 ms'],
    ...['p99 ms', 'idle: paid to mail, p50 ms', 'p99 ms'],
  ];
  const row = (name: string, { throughput: t, mail }: Side): string[] => {
    const cpu = t.cpuMs.reduce((sum, { ms }) => sum + ms, 0);
    const figures = [t.settledPerS, t.readPerS, cpu, t.p50Ms, t.p99Ms, mail.p50Ms, mail.p99Ms];
    return [name, ...figures.map(figure)];
  };
  const ratios = rounds.map(
    ({ without, beside }) => beside.throughput.settledPerS / without.throughput.settledPerS,
  );
  return [
    table([
      head,
      ...rounds.flatMap(({ without, beside }) => [
        row('without readers', without),
        row('with readers', beside),
      ]),
    ]),
    `With readers ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')} of the orders a second.`,
    ...verdict(discrepancies),
  ].join('\n');
}

/** What takes less of an order is not worth a line. */
const SMALLEST_MS = 0.01;

const verdict = (discrepancies: readonly string[]): readonly string[] =>
  discrepancies.length === 0 ? ['Everything adds up.'] : discrepancies;

export function outageTable({
  rate,
  phases,
  breaker,
  healedAfterS,
  discrepancies,
}: OutageFigures): string {
  const head = [`the provider, at ${rate} orders/s`, 'accepted', 'refused', 'p50, ms', 'p99, ms'];
  const rows = phases.map(({ phase, accepted, refused, p50Ms, p99Ms }) => [
    phase,
    ...[accepted, refused, p50Ms, p99Ms].map(figure),
  ]);
  const changes = breaker.map(({ state, afterS }) => `${state} after ${figure(afterS)} s`);
  return [
    table([head, ...rows]),
    `The breaker was ${changes.join(', ') || 'never anything but closed'}.`,
    `All orders had ended ${figure(healedAfterS)} s after the provider was back.`,
    ...verdict(discrepancies),
  ].join('\n');
}
