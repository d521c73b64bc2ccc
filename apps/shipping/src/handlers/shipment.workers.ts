import type { Database, MessagingLog, Outbox } from '#messaging';
import { EffectWorkers, asNotNow, type Answers } from '#participant';
import { Batcher, backoffMs } from '#platform';
import type { Outcome } from '../domain/shipment.js';
import { findShipments } from '../persistence/find-shipments.js';
import type { Carrier } from '../provider/carrier.js';
import type { ShippingSettings } from '../settings.js';
import { ShipmentExecution } from './shipment.execution.js';
import { ShipmentRecorder } from './shipment.recorder.js';

/** The settings that the workers read. */
export type WorkerSettings = Pick<
  ShippingSettings,
  'OUTBOUND_CONNECTIONS' | 'OUTBOUND_TIMEOUT_MS' | 'OUTBOUND_BACKOFF_MS' | 'OUTBOUND_BACKOFF_MAX_MS'
>;

export interface ShipmentWorkersParts {
  readonly database: Pick<Database, 'query'>;
  readonly outbox: Pick<Outbox, 'transaction'>;
  readonly answers: Pick<Answers, 'answer'>;
  readonly carrier: Carrier;
  readonly settings: WorkerSettings;
  readonly log: MessagingLog;
}

/** A run makes two calls of three seconds at most; after this, another may begin. */
const LEASE_CALLS = 10;

/** Drives shipments; the subject is the order's id. It never gives up: see `ShipmentRecorder`. */
export class ShipmentWorkers extends EffectWorkers<Outcome> {
  constructor({ database, outbox, answers, carrier, settings, log }: ShipmentWorkersParts) {
    // Single reads of concurrent runs, gathered into one statement.
    const finds = new Batcher({
      maxItems: 200,
      maxConcurrent: 2,
      run: async (orderIds: string[]) => {
        const shipments = await findShipments(database, orderIds);
        return orderIds.map((orderId) => shipments.get(orderId));
      },
    });
    const execution = new ShipmentExecution(carrier, (orderId) => finds.add(orderId));
    const recorder = new ShipmentRecorder(answers);
    const backoff = {
      baseMs: settings.OUTBOUND_BACKOFF_MS,
      maxMs: settings.OUTBOUND_BACKOFF_MAX_MS,
    };
    super({
      database,
      outbox,
      log,
      name: 'shipment',
      concurrency: settings.OUTBOUND_CONNECTIONS,
      leaseMs: settings.OUTBOUND_TIMEOUT_MS * LEASE_CALLS,
      maxAttempts: Infinity,
      backoff: (attempts) => backoffMs(backoff, attempts),
      execute: (orderId) => execution.execute(orderId).catch(asNotNow),
      record: (unit, done) => recorder.record(unit, done),
      failed: (unit, failures) => recorder.failed(unit, failures),
    });
  }
}
