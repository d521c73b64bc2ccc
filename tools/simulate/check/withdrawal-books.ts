/** What is promised of money that merchants draw: set aside once, paid once, and all of it somewhere. */
import type { SagaInstance } from '#saga';
import type { Hold } from '../../../apps/settlement/src/domain/balance.js';
import type { StoredWithdrawal } from '../../../apps/withdrawal/src/persistence/withdrawal-row.js';
import type { BookedPayout } from '../outside/bank.js';
import { LIMITS } from '../shop/settings.js';
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
  const { withdrawalId, status, amount, currency, merchantId } = withdrawal;
  const payout = outside.bank.payouts.get(withdrawalId);
  const hold = tables.balance.holds.rows.get(withdrawalId);
  if (hold && (hold.amount !== amount || keyOf(hold) !== keyOf(withdrawal))) {
    say(`${hold.amount} of ${keyOf(hold)} set aside, not ${amount} of ${keyOf(withdrawal)}`);
  }
  if (payout) {
    const said = `${payout.amount} ${payout.currency} to ${payout.merchantOf}`;
    const asked = `${amount} ${currency} to ${merchantId}`;
    if (said !== asked) say(`the bank was asked for ${said}, not for ${asked}`);
    const isNumbered = withdrawal.payoutId === null || withdrawal.payoutId === payout.payoutId;
    if (!isNumbered) say(`its payout is ${payout.payoutId}, not ${withdrawal.payoutId}`);
  }
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

/** What is held and gone of each balance is what withdrawals hold, and have drawn; the rest is its table's. */
export function checkBalances({ outside, tables }: Shop, report: Report): void {
  const { balance, withdrawal } = tables;
  const holds = [...balance.holds.rows.values()];
  for (const row of balance.balances.rows.values()) {
    const { merchantId, held, drawn } = row;
    const own = holds.filter((hold) => keyOf(hold) === keyOf(row));
    const sum = (status: string): number =>
      own.reduce((all, hold) => (hold.status === status ? all + hold.amount : all), 0);
    if (held !== sum('held')) report(`${merchantId}: ${held} held, ${sum('held')} by withdrawals`);
    if (drawn !== sum('drawn')) report(`${merchantId}: ${drawn} drawn, not ${sum('drawn')}`);
  }
  const isKnown = (withdrawalId: string) => withdrawal.withdrawals.rows.has(withdrawalId);
  for (const { withdrawalId } of holds) {
    if (!isKnown(withdrawalId)) report(`hold of no withdrawal: ${withdrawalId}`);
  }
  for (const withdrawalId of outside.bank.payouts.keys()) {
    if (!isKnown(withdrawalId)) report(`payout of no withdrawal: ${withdrawalId}`);
  }
  checkDays(holds, report);
}

/** What stands of one day is no more than may be drawn on a day. */
function checkDays(holds: readonly Hold[], report: Report): void {
  const sums = new Map<string, number>();
  for (const hold of holds) {
    if (hold.status === 'released') continue;
    const day = `${keyOf(hold)} on ${hold.heldOn}`;
    sums.set(day, (sums.get(day) ?? 0) + hold.amount);
  }
  for (const [day, sum] of sums) {
    if (sum > LIMITS.maximumADay()) report(`${sum} drawn of ${day}`);
  }
}
