/** Running balances, which go on from page to page with the cursor. */
import { checkedDay, checkedMoment, exactInteger, fieldProblem } from '#platform';
import type { LinePlace, StatementLine } from '../persistence/read-statement.js';
import type { StatementLineDto } from './ledger.dto.js';

/** As it is shown; no instance of anything. */
export type ShownLine = Pick<StatementLineDto, keyof StatementLineDto>;

/**
 * @param balance before the first of the lines, debit less credit
 * @throws ProblemException 500 for a balance that JSON cannot say
 */
export function runOn(lines: readonly StatementLine[], balance: number): ShownLine[] {
  let running = balance;
  return lines.map(({ name, merchantId, ...line }) => {
    running = exactInteger(
      `The balance on ${line.day}, with entry ${line.entryId},`,
      running + line.debit - line.credit,
    );
    return { ...line, fact: name, ...(merchantId !== '' && { merchantId }), balance: running };
  });
}

/** Short enough for a cursor. */
export const cursorText = ({ day, occurredAt, entryId, line, balance }: ShownLine): string =>
  [day, Date.parse(occurredAt), entryId, line, balance].join(' ');

/** Where a page begins, and with which balance. @throws ProblemException 400 */
export function startAt(text: string): { readonly after?: LinePlace; readonly balance: number } {
  const [, day, ms, entryId, line, balance] =
    /^(\d{4}-\d\d-\d\d) (\d{1,15}) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) (\d{1,4}) (-?\d{1,16})$/.exec(
      text,
    ) ?? [];
  if (day === undefined || entryId === undefined || !Number.isSafeInteger(Number(balance))) {
    const message = 'must be the nextCursor of a page before';
    throw fieldProblem(400, [{ field: 'cursor', message }]);
  }
  const moment = checkedMoment('cursor', new Date(Number(ms)).toISOString());
  return {
    after: {
      ...{ day: checkedDay('cursor', day), occurredAt: moment.toISOString() },
      ...{ entryId, line: Number(line) },
    },
    balance: Number(balance),
  };
}
