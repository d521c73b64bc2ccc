import { completeWithdrawal, payOut, rejectWithdrawal } from '#contracts';
import { caused, type UnitOfWork } from '#messaging';
import { succeed, type AdmittedCommand, type Answer, type CommandHandler } from '#participant';
import { runtime } from '#platform';
import type { z } from 'zod';
import { statusFact } from '../domain/facts.js';
import { acceptPayOut, complete, isOut, reject } from '../domain/withdrawal.js';
import type { StoredWithdrawal } from '../persistence/withdrawal-row.js';
import { postgresWithdrawalRows, type WithdrawalRows } from '../persistence/withdrawal-rows.js';
import type { PayoutWorkers } from './payout.workers.js';
import { payOutAnswer } from './payout.replies.js';

/** Moves withdrawals on the saga's behalf. To pay is written down, and the workers are told. */
export class WithdrawalHandler implements CommandHandler {
  readonly participant = 'withdrawal';
  readonly commands = [payOut, rejectWithdrawal, completeWithdrawal];

  constructor(
    private readonly workers: Pick<PayoutWorkers, 'want'>,
    private readonly rows: Pick<
      WithdrawalRows,
      'lockWithdrawals' | 'updateWithdrawals'
    > = postgresWithdrawalRows,
  ) {}

  async handle(unit: UnitOfWork, commands: readonly AdmittedCommand[]): Promise<Answer[]> {
    const stored = await this.rows.lockWithdrawals(unit.tx, [...new Set(commands.map(idOf))]);
    const current = new Map(stored);
    const now = runtime.date();
    for (const command of commands) {
      const before = current.get(idOf(command));
      const after = apply(before, command);
      if (!after || after === before) continue;
      current.set(after.withdrawalId, after);
      if (after.status !== before?.status) {
        unit.publish(caused(command.event, statusFact(after, now)));
      }
    }
    const changed = [...current.values()].filter((one) => one !== stored.get(one.withdrawalId));
    await this.rows.updateWithdrawals(unit.tx, changed, now);
    await this.workers.want(
      unit,
      changed.filter(isOut).map(({ withdrawalId }) => withdrawalId),
    );
    return commands.map((command) => answerTo(command, current.get(idOf(command))));
  }
}

/** The barrier has checked the payload against the command's contract. */
const idOf = ({ payload }: AdmittedCommand): string =>
  (payload as z.output<typeof completeWithdrawal.payload>).withdrawalId.toLowerCase();

function apply(
  withdrawal: StoredWithdrawal | undefined,
  command: AdmittedCommand,
): StoredWithdrawal | undefined {
  const { name, payload, address } = command;
  if (name === payOut.name) return acceptPayOut(withdrawal, idOf(command), address);
  if (name === completeWithdrawal.name) return complete(withdrawal, idOf(command));
  return reject(withdrawal, (payload as z.output<typeof rejectWithdrawal.payload>).reason);
}

function answerTo({ name }: AdmittedCommand, withdrawal: StoredWithdrawal | undefined): Answer {
  if (name === rejectWithdrawal.name) return succeed('withdrawal.withdrawal-rejected', {});
  if (name === completeWithdrawal.name) return succeed('withdrawal.withdrawal-completed', {});
  if (!withdrawal) throw new Error(`${name} left no withdrawal`);
  return payOutAnswer(withdrawal);
}
