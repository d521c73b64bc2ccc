import type { Database, MessagingLog, Outbox } from '#messaging';
import {
  EffectWorkers,
  asNotNow,
  gatherFinds,
  gatherOutcomes,
  type Answers,
  type EffectTaskStore,
} from '#participant';
import { backoffMs } from '#platform';
import type { Outcome } from '../domain/withdrawal.js';
import { postgresWithdrawalRows, type WithdrawalRows } from '../persistence/withdrawal-rows.js';
import type { Bank } from '../provider/bank.js';
import type { WithdrawalSettings } from '../settings.js';
import { PayoutExecution } from './payout.execution.js';
import { PayoutRecorder } from './payout.recorder.js';

export interface PayoutWorkersParts {
  readonly database: Pick<Database, 'query'>;
  readonly outbox: Pick<Outbox, 'transaction'>;
  readonly answers: Pick<Answers, 'answer'>;
  readonly bank: Bank;
  readonly settings: Pick<
    WithdrawalSettings,
    | 'OUTBOUND_CONNECTIONS'
    | 'OUTBOUND_TIMEOUT_MS'
    | 'OUTBOUND_BACKOFF_MS'
    | 'OUTBOUND_BACKOFF_MAX_MS'
    | 'PAYOUT_POLL_MS'
    | 'PAYOUT_POLL_MAX_MS'
  >;
  readonly log: MessagingLog;
  /** Pause between two looks for work that others left behind. Default: that of the workers. */
  readonly pollMs?: number;
  readonly rows?: WithdrawalRows;
  readonly store?: EffectTaskStore;
}

/** Two calls are the most that one run makes; after this, another may begin. */
const LEASE_CALLS = 4;

/** Has the bank pay; the subject is the withdrawal's id. It never gives up: the pivot must be decided. */
export class PayoutWorkers extends EffectWorkers<Outcome> {
  constructor(parts: PayoutWorkersParts) {
    const { database, outbox, answers, bank, settings, log, pollMs, store } = parts;
    const { rows = postgresWithdrawalRows } = parts;
    const recorder = new PayoutRecorder(answers, rows);
    const payouts = {
      find: gatherFinds((ids) => rows.findWithdrawals(database, ids)),
      settle: gatherOutcomes<Outcome>(outbox, (unit, done) => recorder.record(unit, done)),
    };
    const execution = new PayoutExecution(bank, payouts, {
      leastMs: settings.PAYOUT_POLL_MS,
      mostMs: settings.PAYOUT_POLL_MAX_MS,
    });
    const backoff = {
      baseMs: settings.OUTBOUND_BACKOFF_MS,
      maxMs: settings.OUTBOUND_BACKOFF_MAX_MS,
    };
    super({
      ...{ database, outbox, log },
      ...(pollMs !== undefined && { pollMs }),
      ...(store && { store }),
      name: 'payout',
      concurrency: settings.OUTBOUND_CONNECTIONS,
      leaseMs: settings.OUTBOUND_TIMEOUT_MS * LEASE_CALLS,
      maxAttempts: Infinity,
      backoff: (attempts) => backoffMs(backoff, attempts),
      execute: (withdrawalId, lease) => execution.execute(withdrawalId, lease).catch(asNotNow),
      record: (unit, done) => recorder.record(unit, done),
      failed: (unit, failures) => recorder.failed(unit, failures),
    });
  }
}
