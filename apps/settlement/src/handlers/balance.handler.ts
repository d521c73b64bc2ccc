import { drawBalance, holdBalance, releaseBalance } from '#contracts';
import { caused, type UnitOfWork } from '#messaging';
import type { AdmittedCommand, Answer, CommandHandler } from '#participant';
import { runtime } from '#platform';
import type { Share } from '../domain/balance.js';
import { balanceEvent } from '../domain/balance-facts.js';
import { handleCommand, type WithdrawalPayload } from '../domain/handle-command.js';
import type { Limits } from '../domain/limits.js';
import { Till } from '../domain/till.js';
import { postgresBalanceRows, type BalanceRows } from '../persistence/balance-rows.js';

/** Holds, releases and draws: a batch is folded in memory, in its order, and written once a row. */
export class BalanceHandler implements CommandHandler {
  readonly participant = 'settlement';
  readonly commands = [holdBalance, releaseBalance, drawBalance];

  constructor(
    private readonly limits: Limits,
    private readonly clock: () => Date = runtime.date,
    private readonly rows: BalanceRows = postgresBalanceRows,
  ) {}

  async handle(unit: UnitOfWork, admitted: readonly AdmittedCommand[]): Promise<Answer[]> {
    const commands = admitted.map(withLowerCaseId);
    const { tx } = unit;
    const { rows } = this;
    const ids = [...new Set(commands.map(({ payload }) => payload.withdrawalId))];
    const holds = await rows.lockHolds(tx, ids);
    const shares = [...holds, ...commands.flatMap(({ payload }) => shareOf(payload))];
    const balances = await rows.lockBalances(tx, shares);
    // Only now: another replica's holds of before are in the sums of the day, and none come after.
    const time = this.clock().toISOString();
    const day = time.slice(0, 10);
    const till = new Till(balances, holds, await rows.sumsOfDay(tx, shares, day), day);
    const answers = commands.map((command) => {
      const { answer, change } = handleCommand(till, command, { limits: this.limits, day });
      if (change) unit.publish(caused(command.event, balanceEvent(change, time)));
      return answer;
    });
    const changes = till.changes();
    if (changes.balances.length > 0) await rows.updateBalances(tx, changes.balances);
    if (changes.holds.length > 0) await rows.saveHolds(tx, changes.holds);
    return answers;
  }
}

const shareOf = ({ merchantId, currency }: WithdrawalPayload): Share[] =>
  merchantId === undefined || currency === undefined ? [] : [{ merchantId, currency }];

/** As the database gives ids back. */
function withLowerCaseId(command: AdmittedCommand): AdmittedCommand<WithdrawalPayload> {
  const payload = command.payload as WithdrawalPayload;
  const withdrawalId = payload.withdrawalId.toLowerCase();
  return { ...command, payload: { ...payload, withdrawalId } };
}
