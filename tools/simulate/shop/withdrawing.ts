/** The handlers, desks and workers by which merchants draw money, on simulated stores and a simulated bank. */
import { BalanceHandler } from '../../../apps/settlement/src/handlers/balance.handler.js';
import { CancelDesk } from '../../../apps/withdrawal/src/acceptance/cancel-desk.js';
import { WithdrawalDesk } from '../../../apps/withdrawal/src/acceptance/withdrawal-desk.js';
import { PayoutWorkers } from '../../../apps/withdrawal/src/handlers/payout.workers.js';
import { WithdrawalHandler } from '../../../apps/withdrawal/src/handlers/withdrawal.handler.js';
import { SimBank } from '../outside/bank.js';
import type { Outside } from '../outside/outside.js';
import type { Life } from './context.js';
import { answersOf, startParticipant, type ParticipantTables } from './participants.js';
import { KEY_WAIT_MS, LIMITS, OUTBOUND, PAYOUT_POLLS, POLL_MS } from './settings.js';

export function startSettlement(life: Life, tables: ParticipantTables): void {
  const handler = new BalanceHandler(LIMITS, undefined, tables.balance);
  startParticipant(life, tables, 'settlement', [handler]);
}

/** Where merchants are received: one pair of desks in each life of a withdrawal replica. */
export interface WithdrawalDesks {
  readonly withdrawals: WithdrawalDesk;
  readonly cancel: CancelDesk;
}

export function startWithdrawal(
  life: Life,
  tables: ParticipantTables,
  outside: Outside,
): WithdrawalDesks {
  const { outbox, log, connection: database, actor } = life;
  const rows = tables.withdrawal;
  const workers = new PayoutWorkers({
    database,
    outbox,
    answers: answersOf('withdrawal', tables),
    bank: new SimBank(outside.bankLine, outside.bank, actor),
    settings: { ...OUTBOUND, ...PAYOUT_POLLS },
    log,
    pollMs: POLL_MS,
    rows,
    store: tables.tasks.payout,
  });
  startParticipant(life, tables, 'withdrawal', [new WithdrawalHandler(workers, rows)]);
  workers.start();
  return {
    withdrawals: new WithdrawalDesk(outbox, KEY_WAIT_MS, undefined, rows),
    cancel: new CancelDesk(outbox, undefined, rows),
  };
}
