import type { Database, MessagingLog, Outbox } from '#messaging';
import {
  EffectWorkers,
  NotNowError,
  type Answers,
  type EffectLease,
  type EffectTaskStore,
} from '#participant';
import { Batcher, OutboundError, backoffMs } from '#platform';
import type { Outcome, Shipment } from '../domain/shipment.js';
import { postgresShipmentRows, type ShipmentRows } from '../persistence/shipment-rows.js';
import type { Carrier } from '../provider/carrier.js';
import type { ShippingSettings } from '../settings.js';
import { ShippingRecorder } from './shipping.recorder.js';

export interface ShippingWorkersParts {
  readonly database: Pick<Database, 'query'>;
  readonly outbox: Pick<Outbox, 'transaction'>;
  readonly answers: Pick<Answers, 'answer'>;
  readonly carrier: Carrier;
  readonly settings: WorkerSettings;
  readonly log: MessagingLog;
  /** Pause between two looks for work that others left behind. Default: that of the workers. */
  readonly pollMs?: number;
  readonly rows?: ShipmentRows;
  /** Default: the table `effect_task`. */
  readonly store?: EffectTaskStore;
}

/** The settings that the workers read. */
export type WorkerSettings = Pick<
  ShippingSettings,
  | 'OUTBOUND_CONNECTIONS'
  | 'OUTBOUND_TIMEOUT_MS'
  | 'OUTBOUND_BACKOFF_MS'
  | 'OUTBOUND_BACKOFF_MAX_MS'
  | 'RETURN_POLL_MS'
  | 'RETURN_POLL_MAX_MS'
>;

/** Three calls are the most that one run makes; after this, another may begin. */
const LEASE_CALLS = 6;

/** Books shipments; the subject is the order's id. It never gives up: the pivot must be decided. */
export class ShippingWorkers extends EffectWorkers<Outcome> {
  constructor(parts: ShippingWorkersParts) {
    const { database, outbox, answers, carrier, settings, log, pollMs, store } = parts;
    const rows = parts.rows ?? postgresShipmentRows;
    const recorder = new ShippingRecorder(answers, rows);
    const backoff = {
      baseMs: settings.OUTBOUND_BACKOFF_MS,
      maxMs: settings.OUTBOUND_BACKOFF_MAX_MS,
    };
    const reads = new Batcher({
      maxItems: 200,
      maxConcurrent: 2,
      run: async (orderIds: string[]) => {
        const shipments = await rows.findShipments(database, orderIds);
        return orderIds.map((orderId) => shipments.get(orderId));
      },
    });
    super({
      database,
      outbox,
      log,
      ...(pollMs !== undefined && { pollMs }),
      ...(store && { store }),
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
