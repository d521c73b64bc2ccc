/** What those who live off the facts cost the shop: it runs without them and with them, in turn. */
import { READER_NAMES, type ReaderName } from '#testing';
import type { ShopOptions } from './arguments.js';
import type { Wait } from './ending.js';
import { measureMail, type MailFigures } from './mail.js';
import { measureThroughput, type ThroughputFigures } from './throughput.js';

export interface Side {
  readonly throughput: ThroughputFigures;
  readonly mail: MailFigures;
}

export interface ReadersFigures {
  readonly rounds: readonly { readonly without: Side; readonly beside: Side }[];
  /** What does not add up, a line each. */
  readonly discrepancies: readonly string[];
}

/** The order of the two changes from round to round: what a machine gains or loses meanwhile evens out. */
export async function measureReaders(
  options: ShopOptions,
  { signal, show }: Wait,
): Promise<ReadersFigures> {
  const rounds: { without: Side; beside: Side }[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    const side = async (what: string, beside: readonly ReaderName[]): Promise<Side> => {
      const wait: Wait = { signal, show: (text) => show(`round ${round + 1}, ${what}: ${text}`) };
      const throughput = await measureThroughput(options, wait, beside);
      return { throughput, mail: await measureMail(options.orders, wait, beside) };
    };
    const without = () => side('without', []);
    const beside = () => side('with readers', READER_NAMES);
    if (round % 2 === 0) rounds.push({ without: await without(), beside: await beside() });
    else {
      const first = await beside();
      rounds.push({ without: await without(), beside: first });
    }
  }
  const discrepancies = rounds.flatMap(({ without, beside }) => [
    ...without.throughput.discrepancies,
    ...beside.throughput.discrepancies,
  ]);
  return { rounds, discrepancies };
}
