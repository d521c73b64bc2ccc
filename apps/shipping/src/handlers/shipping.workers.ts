import type { Database, MessagingLog, Outbox } from '#messaging';
import { EffectWorkers, NotNowError, type Answers, type EffectLease } from '#participant';
import { Batcher, OutboundError, backoffMs } from '#platform';
import type { Outcome, Shipment } from '../domain/shipment.js';
import { findShipments } from '../persistence/find-shipments.js';
import type { Carrier } from '../provider/carrier.js';
import type { ShippingSettings } from '../settings.js';
import { ShippingRecorder } from './shipping.recorder.js';

export interface ShippingWorkersParts {
  readonly database: Database;
  readonly outbox: Outbox;
  readonly answers: Answers;
  readonly carrier: Carrier;
  readonly settings: ShippingSettings;
  readonly log: MessagingLog;
}

/** Three calls are the most that one run makes; after this, another may begin. */
const LEASE_CALLS = 6;

/** Books shipments; the subject is the order's id. It never gives up: the pivot must be decided. */
export class ShippingWorkers extends EffectWorkers<Outcome> {
  constructor({ database, outbox, answers, carrier, settings, log }: ShippingWorkersParts) {
    const recorder = new ShippingRecorder(answers);
    const backoff = {
      baseMs: settings.OUTBOUND_BACKOFF_MS,
      maxMs: settings.OUTBOUND_BACKOFF_MAX_MS,
    };
    const reads = new Batcher({
      maxItems: 200,
      maxConcurrent: 2,
      run: async (orderIds: string[]) => {
        const shipments = await findShipments(database, orderIds);
        return orderIds.map((orderId) => shipments.get(orderId));
      },
    });
    super({
      database,
      outbox,
      log,
      name: 'shipping',
      concurrency: settings.OUTBOUND_CONNECTIONS,
      leaseMs: settings.OUTBOUND_TIMEOUT_MS * LEASE_CALLS,
      maxAttempts: Infinity,
      backoff: (attempts) => backoffMs(backoff, attempts),
      execute: async (orderId, lease) => book(carrier, await reads.add(orderId), lease),
      record: (unit, done) => recorder.record(unit, done),
      failed: (unit, failures) => recorder.failed(unit, failures),
    });
  }
}

/**
 * Nobody knows what became of a call without an answer, except the carrier: it is asked before it
 * is told again, also by the process that goes on where another one died.
 */
export async function book(
  carrier: Carrier,
  shipment: Shipment | undefined,
  { attempt }: Pick<EffectLease, 'attempt'>,
): Promise<Outcome> {
  if (shipment?.status !== 'requested') return { kind: 'unchanged' };
  try {
    const existing = attempt > 1 ? await carrier.find(shipment.orderId) : undefined;
    return existing ?? (await carrier.book(shipment));
  } catch (error) {
    // What never left this process is no try, and the breaker knows when the next makes sense.
    if (error instanceof OutboundError && error.waiting) {
      throw new NotNowError(error.message, error.retryAfterMs);
    }
    throw error;
  }
}
