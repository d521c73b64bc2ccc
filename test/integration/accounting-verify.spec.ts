/**
 * Promise attacked here: whatever somebody changes past the guards, with the rights of the owner, the
 * command finds it and names it.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { factEvent } from '../../apps/accounting/src/fixtures/facts.js';
import { runSql, waitFor } from '#testing';
import { verifyLedger } from '../../tools/ledger/verify.js';
import { AccountingWorld } from './accounting-world.js';

const DAYS = ['2026-11-20', '2026-11-21', '2026-11-22'];
const GUARDED = ['entry', 'entry_line', 'day_end', 'day_close'];
const SUMS = ['balance', 'day_total'];

describe('verifying a ledger', () => {
  let world: AccountingWorld;
  const paid = (day: string) =>
    factEvent('payment.completed', {
      ...{ orderId: randomUUID(), amount: 1000, fee: 30, occurredAt: `${day}T12:00:00.000Z` },
    });
  beforeAll(async () => {
    world = await AccountingWorld.start();
    await world.deliver(DAYS.flatMap((day) => [paid(day), paid(day)]));
    await world.world.ask('POST', '/day-closes', { day: '2026-11-21' });
    await waitFor(async () => (await verify()).days === 2, { what: 'two closed days' });
    await runSql(
      world.databaseUrl,
      GUARDED.map((table) => `create table old_${table} as table ${table}`),
    );
    await runSql(
      world.databaseUrl,
      SUMS.map((table) => `create table old_${table} as table ${table}`),
    );
  }, 240_000);
  afterAll(() => world.stop());

  /** As somebody does it who may do everything. */
  const tamper = (...statements: readonly string[]) =>
    runSql(world.databaseUrl, [
      ...GUARDED.map((table) => `alter table ${table} disable trigger user`),
      ...statements,
      ...GUARDED.map((table) => `alter table ${table} enable trigger user`),
    ]);
  afterEach(() =>
    tamper(
      ...[...GUARDED, ...SUMS].flatMap((table) => [
        `truncate ${table}`,
        `insert into ${table} table old_${table}`,
      ]),
    ),
  );
  const verify = () => verifyLedger(world.databaseUrl);
  const first = (day: string) =>
    `(select entry_id from entry where day = '${day}' order by 1 limit 1)`;

  it('finds nothing where nothing was done', async () => {
    const found = await verify();
    expect(found).toMatchObject({ entries: 6, lines: 24, days: 2, lastDay: '2026-11-21' });
    expect(found.broken).toBeUndefined();
    const { lastHash: hash = '' } = found;
    const noted = { expect: { day: '2026-11-21', hash } };
    expect((await verifyLedger(world.databaseUrl, noted)).broken).toBeUndefined();
  });

  it('is kept from doing it by the guards', async () => {
    await expect(runSql(world.databaseUrl, [`update entry set merchant_id = 'x'`])).rejects.toThrow(
      'only ever added',
    );
  });

  it.each<[string, string[], string]>([
    [
      'an amount of a line',
      [`update entry_line set debit = 1001 where line = 1 and entry_id = ${first('2026-11-20')}`],
      'does not balance in GBP: debit 1031, credit 1030',
    ],
    [
      'two amounts and their sums, so that it balances',
      [
        `update entry_line set debit = debit * 2, credit = credit * 2
          where entry_id = ${first('2026-11-20')}`,
        `truncate balance, day_total`,
        `insert into balance select account, merchant_id, currency, sum(debit), sum(credit)
           from entry_line group by 1, 2, 3`,
        `insert into day_total select account, merchant_id, currency, day, sum(debit), sum(credit)
           from entry_line group by 1, 2, 3, 4`,
      ],
      'the entries of 2026-11-20 are not those that it was closed with',
    ],
    [
      'whose money it is',
      [`update entry set merchant_id = 'me' where entry_id = ${first('2026-11-21')}`],
      'the entries of 2026-11-21 are not those',
    ],
    [
      'an entry that is gone',
      [
        `delete from entry_line where entry_id = ${first('2026-11-21')}`,
        `delete from entry where entry_id = ${first('2026-11-21')}`,
      ],
      'the day_total of GBP',
    ],
    [
      'a line that is gone',
      [`delete from entry_line where line = 2 and entry_id = ${first('2026-11-22')}`],
      'says 4 lines and has 3',
    ],
    [
      'lines without an entry',
      [`delete from entry where entry_id = ${first('2026-11-22')}`],
      'has no entry',
    ],
    [
      'a balance',
      [`update balance set debit = debit + 1 where account = 'cash-at-provider'`],
      'the balance of GBP cash-at-provider says debit 6001, credit 0; its lines are debit 6000',
    ],
    [
      'a balance out of nothing',
      [`insert into balance values ('cash-at-bank', '', 'GBP', 7, 0)`],
      'the balance of GBP cash-at-bank says debit 7',
    ],
    [
      'the sum of a day',
      [`update day_total set credit = 0 where account = 'fee-income' and day = '2026-11-22'`],
      'the day_total of GBP fee-income',
    ],
    [
      'a hash',
      [`update day_close set hash = repeat('0', 64) where day = '2026-11-20'`],
      'the entries of 2026-11-20',
    ],
    [
      'a hash that another one follows',
      [`update day_close set previous_hash = repeat('0', 64) where day = '2026-11-21'`],
      'the day 2026-11-21 does not follow the hash of 2026-11-20',
    ],
    [
      'a day that is gone',
      [`delete from day_close where day = '2026-11-20'`],
      'the day 2026-11-20 was closed and has no hash',
    ],
    [
      'an entry moved into a closed day',
      [
        `update entry_line set day = '2026-11-21' where day = '2026-11-22'`,
        `update entry set day = '2026-11-21' where day = '2026-11-22'`,
        `truncate day_total`,
        `insert into day_total select account, merchant_id, currency, day, sum(debit), sum(credit)
           from entry_line group by 1, 2, 3, 4`,
      ],
      'the day 2026-11-21 was closed with 2 entries and has 4',
    ],
    [
      'an entry moved before all closed days',
      [
        `update entry_line set day = '2026-11-01' where day = '2026-11-22'`,
        `update entry set day = '2026-11-01' where day = '2026-11-22'`,
        `truncate day_total`,
        `insert into day_total select account, merchant_id, currency, day, sum(debit), sum(credit)
           from entry_line group by 1, 2, 3, 4`,
      ],
      'is on 2026-11-01, which was closed without it',
    ],
  ])('finds %s', async (_, statements, broken) => {
    await tamper(...statements);
    expect((await verify()).broken).toContain(broken);
  });

  it('finds a chain that was forged as a whole by a hash that was noted elsewhere', async () => {
    const { lastHash: hash = '' } = await verify();
    await tamper(
      `update entry set source = 'me' where day = '2026-11-21'`,
      `delete from day_close where day = '2026-11-21'`,
    );
    await world.world.ask('POST', '/day-closes', { day: '2026-11-21' });
    await waitFor(async () => (await verify()).days === 2, { what: 'it to be closed anew' });
    expect((await verify()).broken).toBeUndefined();
    const noted = { expect: { day: '2026-11-21', hash } };
    expect((await verifyLedger(world.databaseUrl, noted)).broken).toContain('another hash');
  });
});
