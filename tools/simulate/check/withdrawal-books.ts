/** What is promised of money that merchants draw: set aside once, paid once, and all of it somewhere. */
import type { SagaInstance } from '#saga';
import type { StoredWithdrawal } from '../../../apps/withdrawal/src/persistence/withdrawal-row.js';
import type { BookedPayout } from '../outside/bank.js';
import { BALANCES } from '../shop/settings.js';
import type { Shop } from '../shop/shop.js';
import { keyOf } from '../stores/balance-rows.js';
import type { Report } from './report.js';

/** Whatever the bank has decided is paid by now, or never will be. */
const isPaid = (payout: BookedPayout | undefined): boolean => payout?.isRefused === false;

export function checkWithdrawal(
  { world, outside, tables }: Shop,
  saga: SagaInstance,
  withdrawal: StoredWithdrawal,
  say: Report,
): void {
  const { withdrawalId, status, amount, merchantId } = withdrawal;
  const payout = outside.bank.payouts.get(withdrawalId);
  const hold = tables.balance.holds.rows.get(withdrawalId);
  if (hold && hold.amount !== amount) say(`${hold.amount} set aside of ${amount}`);
  if (payout && payout.amount !== amount) say(`${payout.amount} paid of ${amount}`);
  if (payout && payout.merchantOf !== merchantId) say(`paid to ${payout.merchantOf}`);
  if (isPaid(payout) && hold?.status === 'released') say('paid, but given back as well');
  if (isPaid(payout) && hold === undefined) say('paid, but never set aside');
  if (hold?.status === 'drawn' && !isPaid(payout)) say('drawn, but not paid');
  if (saga.state === 'completed') {
    if (status !== 'completed') say(`the withdrawal is ${status}`);
    if (hold?.status !== 'drawn') say(`what it holds is ${hold?.status}`);
    if (!isPaid(payout)) say('not paid');
    world.met('withdrawal paid out');
  }
  if (saga.state === 'compensated') {
    if (status !== 'rejected') say(`the withdrawal is ${status}`);
    if (hold && hold.status !== 'released') say(`what it holds is ${hold.status}`);
    if (isPaid(payout)) say('paid, but rejected');
    if (payout) world.met('payout refused');
    if (hold) world.met('hold of a withdrawal released');
    if (saga.cause?.code === 'cancelled-by-merchant') world.met('withdrawal called off');
  }
}

/** What is held and gone of each balance is what withdrawals hold, and have drawn. */
export function checkBalances({ outside, tables }: Shop, report: Report): void {
  const { balance, withdrawal } = tables;
  const holds = [...balance.holds.rows.values()];
  for (const row of balance.balances.rows.values()) {
    const { merchantId, available, held, drawn } = row;
    const own = holds.filter((hold) => keyOf(hold) === keyOf(row));
    const sum = (status: string): number =>
      own.reduce((all, hold) => (hold.status === status ? all + hold.amount : all), 0);
    const planted = BALANCES.get(merchantId) ?? 0;
    if (held !== sum('held')) report(`${merchantId}: ${held} held, ${sum('held')} by withdrawals`);
    if (drawn !== sum('drawn')) report(`${merchantId}: ${drawn} drawn, not ${sum('drawn')}`);
    if (available + held + drawn !== planted) {
      report(`${merchantId}: ${available}, ${held} and ${drawn} are not ${planted}`);
    }
  }
  for (const withdrawalId of outside.bank.payouts.keys()) {
    const isKnown = withdrawal.withdrawals.rows.has(withdrawalId);
    if (!isKnown) report(`payout of no withdrawal: ${withdrawalId}`);
  }
}
