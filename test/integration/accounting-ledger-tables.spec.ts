/** Promise attacked: the database refuses what does not balance, and every change of what was booked. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NOON } from '../../apps/accounting/src/fixtures/facts.js';
import type { Tx } from '#messaging';
import { AccountingWorld, paid } from './accounting-world.js';

const WHOLE = `(1, 'cash-at-bank', '', 'XXX', 5, 0), (2, 'fee-income', '', 'XXX', 0, 5)`;

describe('the ledger', () => {
  let world: AccountingWorld;
  beforeAll(async () => {
    world = await AccountingWorld.start();
  }, 240_000);
  afterAll(() => world.stop());

  describe('refuses in the database', () => {
    let entryId: string;
    let before: unknown;
    const all = () =>
      world.database.query(`select e.*, l.* from entry e join entry_line l using (entry_id)
                             order by e.entry_id, line`);
    beforeAll(async () => {
      const event = paid({ currency: 'FFF' });
      await world.deliver([event]);
      const [row] = await world.database.query<{ id: string }>(
        `select entry_id as id from entry where event_id = $1`,
        [event.id],
      );
      entryId = row?.id ?? '';
      before = await all();
    });
    afterAll(async () => expect(await all()).toEqual(before));

    interface Wanted {
      lines?: number;
      values?: string;
      day?: string;
    }
    const insert = (
      { lines = 2, values = WHOLE, day = '2026-11-26' }: Wanted,
      tx: Pick<Tx, 'query'> = world.database,
    ) =>
      tx.query(
        `with e as (
           insert into entry (entry_id, source, event_id, name, aggregate_type, aggregate_id,
                              revision, merchant_id, occurred_at, day, lines, content)
           select '00000000-0000-0000-0000-000000000009', 'hand', gen_random_uuid(), 'x', 'x', 'x', 1,
                  'm', '${NOON}', '${day}', ${lines}, '')
         insert into entry_line (entry_id, line, account, merchant_id, currency, debit, credit, day,
                                 occurred_at)
         select '00000000-0000-0000-0000-000000000009'::uuid, v.line, v.account, v.merchant, v.currency,
                v.debit, v.credit, '${day}'::date, '${NOON}'::timestamptz
           from (values ${values})
             as v (line, account, merchant, currency, debit, credit)`,
      );

    it('not what is whole, of which the others differ in one thing', async () => {
      const whole = world.database.transaction(async (tx) => {
        await insert({}, tx);
        throw new Error('taken back');
      });
      await expect(whole).rejects.toThrow('taken back');
    });

    it.each<[string, Wanted, string]>([
      [
        'an entry that does not balance',
        {
          values: `(1, 'cash-at-bank', '', 'XXX', 5, 0), (2, 'fee-income', '', 'XXX', 0, 4)`,
        },
        'does not balance in XXX: debit 5, credit 4',
      ],
      [
        'one that balances over two currencies only',
        {
          values: `(1, 'cash-at-bank', '', 'XXX', 5, 0), (2, 'fee-income', '', 'YYY', 0, 5)`,
        },
        'does not balance in',
      ],
      [
        'an account that there is not',
        {
          values: `(1, 'petty-cash', '', 'XXX', 5, 0), (2, 'fee-income', '', 'XXX', 0, 5)`,
        },
        'has no account petty-cash',
      ],
      [
        'an account of a merchant without one',
        {
          values: `(1, 'refunds', '', 'XXX', 5, 0), (2, 'fee-income', '', 'XXX', 0, 5)`,
        },
        'has no account refunds without a merchant',
      ],
      [
        'a merchant where there is none',
        {
          values: `(1, 'cash-at-bank', 'm', 'XXX', 5, 0), (2, 'fee-income', '', 'XXX', 0, 5)`,
        },
        'has no account cash-at-bank with a merchant',
      ],
      [
        'lines with a gap between them',
        {
          lines: 3,
          values: `(1, 'cash-at-bank', '', 'XXX', 5, 0), (3, 'fee-income', '', 'XXX', 0, 5)`,
        },
        'is not there, or not whole',
      ],
      ['fewer lines than it says', { lines: 3 }, 'is not there, or not whole'],
      [
        'more lines than it says',
        {
          values: `(1, 'cash-at-bank', '', 'XXX', 5, 0), (2, 'fee-income', '', 'XXX', 0, 5),
                 (3, 'cash-at-bank', '', 'XXX', 5, 0), (4, 'fee-income', '', 'XXX', 0, 5)`,
        },
        'is not there, or not whole',
      ],
      [
        'a line that moves nothing',
        {
          values: `(1, 'cash-at-bank', '', 'XXX', 0, 0), (2, 'fee-income', '', 'XXX', 0, 0)`,
        },
        'violates check constraint',
      ],
      [
        'an amount below zero',
        {
          values: `(1, 'cash-at-bank', '', 'XXX', -5, 0), (2, 'fee-income', '', 'XXX', 0, -5)`,
        },
        'violates check constraint',
      ],
    ])('%s', async (_, wanted, message) => {
      await expect(insert(wanted)).rejects.toThrow(message);
    });

    it('an entry without lines', async () => {
      await expect(
        world.database.query(
          `insert into entry (entry_id, source, event_id, name, aggregate_type, aggregate_id, revision,
                              merchant_id, occurred_at, day, lines, content)
           values (gen_random_uuid(), 'hand', 'y', 'x', 'x', 'x', 1, 'm', now(), current_date, 2, '')`,
        ),
      ).rejects.toThrow('has no lines');
    });

    it.each([
      [1, 2],
      [5, 6],
    ])('lines %i and %i for an entry that is there', async (one, two) => {
      const add = world.database.query(
        `insert into entry_line (entry_id, line, account, merchant_id, currency, debit, credit, day,
                                 occurred_at)
         select e.entry_id, v.line, v.account, '', 'FFF', v.debit, v.credit, e.day, e.occurred_at
           from entry e, (values (${one}, 'cash-at-bank', 5, 0), (${two}, 'fee-income', 0, 5))
             as v (line, account, debit, credit)
          where e.entry_id = $1`,
        [entryId],
      );
      await expect(add).rejects.toThrow(/duplicate key|not whole/);
    });

    it.each([
      'update entry set revision = 2 where entry_id = $1',
      'update entry set booked_at = now() where entry_id = $1',
      'delete from entry where entry_id = $1',
      'update entry_line set debit = 7 where entry_id = $1',
      'delete from entry_line where entry_id = $1',
    ])('%s', async (sql) => {
      await expect(world.database.query(sql, [entryId])).rejects.toThrow('are only ever added');
    });

    it.each(['entry', 'entry_line', 'entry, entry_line', 'day_end', 'day_close'])(
      'truncate %s',
      async (tables) => {
        await expect(world.database.query(`truncate ${tables}`)).rejects.toThrow(
          'are only ever added',
        );
      },
    );
  });
});
