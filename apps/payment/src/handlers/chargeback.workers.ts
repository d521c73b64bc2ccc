import type { Database, MessagingLog, Outbox } from '#messaging';
import { EffectWorkers, NotNowError, asNotNow, gatherFinds } from '#participant';
import { backoffMs } from '#platform';
import { findPayments } from '../persistence/find-payments.js';
import type { BookedDispute, PaymentProvider } from '../provider/payment-provider.js';
import type { PaymentSettings } from '../settings.js';
import { ChargebackRecorder, disputesOf } from './chargeback.recorder.js';

export interface ChargebackWorkersParts {
  readonly database: Pick<Database, 'query'>;
  readonly outbox: Pick<Outbox, 'transaction'>;
  readonly provider: PaymentProvider;
  readonly settings: Pick<
    PaymentSettings,
    'OUTBOUND_TIMEOUT_MS' | 'OUTBOUND_BACKOFF_MS' | 'OUTBOUND_BACKOFF_MAX_MS'
  >;
  readonly log: MessagingLog;
  /** Pause between two looks for work that others left behind. Default: that of the workers. */
  readonly pollMs?: number;
}

/** Disputes are rare, and no order waits for one: charges keep the connections. */
const CONCURRENCY = 4;
/** Pages that one run reads at the most; a payment has a few disputes, if any. */
const LEASE_CALLS = 10;

/**
 * Reads the provider's disputes of an intent, the subject, and records what is new. Wanted whenever
 * there is a reason to look: what the reason said is not relied upon.
 */
export class ChargebackWorkers extends EffectWorkers<readonly BookedDispute[]> {
  constructor({ database, outbox, provider, settings, log, pollMs }: ChargebackWorkersParts) {
    const recorder = new ChargebackRecorder();
    const find = gatherFinds((orderIds) => findPayments(database, orderIds));
    const backoff = {
      baseMs: settings.OUTBOUND_BACKOFF_MS,
      maxMs: settings.OUTBOUND_BACKOFF_MAX_MS,
    };
    super({
      database,
      outbox,
      log,
      ...(pollMs !== undefined && { pollMs }),
      name: 'chargeback',
      concurrency: CONCURRENCY,
      leaseMs: settings.OUTBOUND_TIMEOUT_MS * LEASE_CALLS,
      maxAttempts: Infinity,
      backoff: (attempts) => backoffMs(backoff, attempts),
      execute: (intentId) => disputesOf(provider, find, intentId).catch(asNotNow),
      record: (unit, done) => recorder.record(unit, done),
      failed: (_unit, failures) => {
        for (const { subject: intentId, error, attempts } of failures) {
          if (attempts > 1 || error instanceof NotNowError) continue;
          log.warn({ err: error, intentId }, 'disputes could not be read; tried again later');
        }
        return Promise.resolve();
      },
    });
  }
}
