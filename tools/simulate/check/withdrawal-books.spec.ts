/** Promise attacked here: the look at what merchants draw tells of each thing that is wrong. */
import { describe } from '@jest/globals';
import type { Hold } from '../../../apps/settlement/src/domain/balance.js';
import type { BookedPayout } from '../outside/bank.js';
import { keyOf } from '../stores/balance-rows.js';
import { itTells } from './spec/cases.js';
import { WITHDRAWALS } from './spec/small-plan.js';
import { added, changed, gone, type Change, type SmallWorld } from './spec/small-world.js';

const DAY = '2026-11-01';

const paid = (w: SmallWorld): string => w.withdrawalId(WITHDRAWALS.paid);
const refused = (w: SmallWorld): string => w.withdrawalId(WITHDRAWALS.refused);
const ofPaid = (w: SmallWorld, what: string) => `withdraw of ${paid(w)}, completed: ${what}`;
const ofRefused = (w: SmallWorld, what: string) =>
  `withdraw of ${refused(w)}, compensated: ${what}`;

const hold = (w: SmallWorld, id: string, fields: Partial<Hold>): Change =>
  changed(w.tables.balance.holds.rows, id, (row) => ({ ...row, ...fields }));
const payout = (w: SmallWorld, id: string, fields: Partial<BookedPayout>): Change =>
  changed(w.outside.bank.payouts, id, (booked) => ({ ...booked, ...fields }));
const status = (w: SmallWorld, id: string, is: 'completed' | 'rejected'): Change =>
  changed(w.tables.withdrawal.withdrawals.rows, id, (row) => ({
    ...row,
    withdrawal: { ...row.withdrawal, status: is },
  }));
const balance = (w: SmallWorld, fields: { held?: number; drawn?: number }): Change =>
  changed(w.tables.balance.balances.rows, 'merchant-1 JPY', (row) => ({ ...row, ...fields }));

describe('a withdrawal', () => {
  itTells({
    'that holds another sum': (w) => [
      ofPaid(w, '1 of merchant-1 JPY set aside, not 10000 of merchant-1 JPY'),
      hold(w, paid(w), { amount: 1 }),
    ],
    "that holds somebody else's": (w) => [
      ofPaid(w, '10000 of merchant-2 JPY set aside, not 10000 of merchant-1 JPY'),
      hold(w, paid(w), { merchantId: 'merchant-2' }),
    ],
    'that the bank was told of otherwise': (w) => [
      ofPaid(w, 'the bank was asked for 1 JPY to merchant-1, not for 10000 JPY to merchant-1'),
      payout(w, paid(w), { amount: 1 }),
    ],
    'whose payout is another one': (w) => [
      ofPaid(w, 'its payout is po_9, not po_2'),
      payout(w, paid(w), { payoutId: 'po_9' }),
    ],
    'that is paid and given back': (w) => [
      ofPaid(w, 'paid, but given back as well'),
      hold(w, paid(w), { status: 'released' }),
    ],
    'that is paid from nothing': (w) => [
      ofPaid(w, 'paid, but never set aside'),
      gone(w.tables.balance.holds.rows, paid(w)),
    ],
    'that is drawn for nothing': (w) => [
      ofPaid(w, 'drawn, but not paid'),
      payout(w, paid(w), { isRefused: true }),
    ],
  });
});

describe('a withdrawal that is over', () => {
  itTells({
    'completed, by another status': (w) => [
      ofPaid(w, 'the withdrawal is rejected'),
      status(w, paid(w), 'rejected'),
    ],
    'completed, and holds on': (w) => [
      ofPaid(w, 'what it holds is held'),
      hold(w, paid(w), { status: 'held' }),
    ],
    'completed, of which the bank knows nothing': (w) => [
      ofPaid(w, 'not paid'),
      gone(w.outside.bank.payouts, paid(w)),
    ],
    'compensated, by another status': (w) => [
      ofRefused(w, 'the withdrawal is completed'),
      status(w, refused(w), 'completed'),
    ],
    'compensated, and holds on': (w) => [
      ofRefused(w, 'what it holds is held'),
      hold(w, refused(w), { status: 'held' }),
    ],
    'compensated, and paid': (w) => [
      ofRefused(w, 'paid, but rejected'),
      payout(w, refused(w), { isRefused: false }),
    ],
  });
});

describe('a balance', () => {
  const other = { withdrawalId: 'other', merchantId: 'merchant-1', currency: 'JPY' };
  const held: Hold = {
    ...other,
    ...{ amount: 1, status: 'released', heldOn: DAY, taken: 1, returned: 1, revision: 2 },
  };

  itTells({
    'with more set aside than withdrawals hold': (w) => [
      'merchant-1: 5 held, 0 by withdrawals',
      balance(w, { held: 5 }),
    ],
    'with less gone than was drawn': (w) => [
      'merchant-1: 5 drawn, not 10000',
      balance(w, { drawn: 5 }),
    ],
    'of which something is held for nobody': (w) => [
      'hold of no withdrawal: other',
      added(w.tables.balance.holds.rows, 'other', held),
    ],
    'that the bank pays from for nobody': (w) => [
      'payout of no withdrawal: other',
      added(w.outside.bank.payouts, 'other', {
        ...{ payoutId: 'po_9', merchantOf: 'merchant-1', currency: 'JPY', amount: 1 },
        ...{ isRefused: true, decidedAtMs: 0 },
      }),
    ],
    'of which more goes on a day than may': (w) => [
      `60001 drawn of ${keyOf(other)} on ${DAY}`,
      hold(w, paid(w), { amount: 60_001 }),
    ],
  });
});
