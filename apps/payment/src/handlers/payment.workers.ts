import type { Database, MessagingLog, Outbox } from '#messaging';
import {
  EffectWorkers,
  asNotNow,
  gatherFinds,
  gatherOutcomes,
  type Answers,
  type EffectTaskStore,
} from '#participant';
import { Batcher, Sealer, backoffMs } from '#platform';
import type { Outcome } from '../domain/settle.js';
import type { FeeRateRows } from '../persistence/fee-rate-rows.js';
import { postgresPaymentRows, type PaymentRows } from '../persistence/payment-rows.js';
import type { NewIntentId } from '../persistence/store-intents.js';
import type { PaymentProvider } from '../provider/payment-provider.js';
import type { PaymentSettings } from '../settings.js';
import { PaymentExecution, type PaymentStore } from './payment.execution.js';
import { PaymentRecorder } from './payment.recorder.js';

export interface PaymentWorkersParts {
  readonly database: Pick<Database, 'query'>;
  readonly outbox: Pick<Outbox, 'transaction'>;
  readonly answers: Pick<Answers, 'answer' | 'report'>;
  readonly provider: PaymentProvider;
  readonly settings: WorkerSettings;
  readonly log: MessagingLog;
  /** Pause between two looks for work that others left behind. Default: that of the workers. */
  readonly pollMs?: number;
  readonly rows?: PaymentRows;
  readonly rates?: FeeRateRows;
  /** Default: the table `effect_task`. */
  readonly store?: EffectTaskStore;
}

/** The settings that the workers read. */
export type WorkerSettings = Pick<
  PaymentSettings,
  | 'PAYMENT_TOKEN_KEY'
  | 'OUTBOUND_CONNECTIONS'
  | 'OUTBOUND_TIMEOUT_MS'
  | 'OUTBOUND_BACKOFF_MS'
  | 'OUTBOUND_BACKOFF_MAX_MS'
  | 'PAY_WITHIN_MS'
  | 'PAY_POLL_MS'
>;

/** Eight calls are the most that one run makes, save for many refunds; then another may begin. */
const LEASE_CALLS = 10;

/** Drives payments; the subject is the order's id. It never gives up: see `PaymentRecorder`. */
export class PaymentWorkers extends EffectWorkers<Outcome> {
  constructor(parts: PaymentWorkersParts) {
    const { database, outbox, answers, provider, settings, log, pollMs, store } = parts;
    const rows = parts.rows ?? postgresPaymentRows;
    const sealer = new Sealer(settings.PAYMENT_TOKEN_KEY);
    const recorder = new PaymentRecorder(answers, rows, parts.rates);
    const execution = new PaymentExecution(provider, sealer, paymentStore(parts, rows, recorder), {
      payWithinMs: settings.PAY_WITHIN_MS,
      pollMs: settings.PAY_POLL_MS,
    });
    const backoff = {
      baseMs: settings.OUTBOUND_BACKOFF_MS,
      maxMs: settings.OUTBOUND_BACKOFF_MAX_MS,
    };
    super({
      database,
      outbox,
      log,
      ...(pollMs !== undefined && { pollMs }),
      ...(store && { store }),
      name: 'payment',
      concurrency: settings.OUTBOUND_CONNECTIONS,
      leaseMs: settings.OUTBOUND_TIMEOUT_MS * LEASE_CALLS,
      maxAttempts: Infinity,
      backoff: (attempts) => backoffMs(backoff, attempts),
      execute: (orderId, { signal }) => execution.execute(orderId, signal).catch(asNotNow),
      record: (unit, done) => recorder.record(unit, done),
      failed: (unit, failures) => recorder.failed(unit, failures),
    });
  }
}

/** Single reads and writes of concurrent runs, gathered into one statement each. */
function paymentStore(
  { database, outbox }: Pick<PaymentWorkersParts, 'database' | 'outbox'>,
  rows: PaymentRows,
  recorder: PaymentRecorder,
): PaymentStore {
  const intents = new Batcher({
    maxItems: 200,
    maxConcurrent: 2,
    run: (items: NewIntentId[]) => rows.storeIntents(database, items),
  });
  const record = gatherOutcomes<Outcome>(outbox, (unit, done) => recorder.record(unit, done));
  return {
    find: gatherFinds((orderIds) => rows.findPayments(database, orderIds)),
    storeIntent: ({ orderId, attempt }, intentId) => intents.add({ orderId, attempt, intentId }),
    instruct: (orderId, how) => record(orderId, { kind: 'instructed', instructions: how }),
  };
}
