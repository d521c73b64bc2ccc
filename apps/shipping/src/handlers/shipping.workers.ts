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
import type { Outcome } from '../domain/settle.js';
import { postgresShipmentRows, type ShipmentRows } from '../persistence/shipment-rows.js';
import type { ParcelCarrier } from '../provider/carrier.js';
import type { ShippingSettings } from '../settings.js';
import { ShippingExecution, type ShipmentStore } from './shipping.execution.js';
import { ShippingRecorder } from './shipping.recorder.js';

type OutboundSetting =
  | 'OUTBOUND_CONNECTIONS'
  | 'OUTBOUND_TIMEOUT_MS'
  | 'OUTBOUND_BACKOFF_MS'
  | 'OUTBOUND_BACKOFF_MAX_MS';

/** @typeParam Setting the settings that these workers read beyond those of all outbound calls */
export interface WorkersParts<Setting extends keyof ShippingSettings> {
  readonly database: Pick<Database, 'query'>;
  readonly outbox: Pick<Outbox, 'transaction'>;
  readonly answers: Pick<Answers, 'answer'>;
  readonly settings: Pick<ShippingSettings, OutboundSetting | Setting>;
  readonly log: MessagingLog;
  /** Pause between two looks for work that others left behind. Default: that of the workers. */
  readonly pollMs?: number;
  /** Default: the table `effect_task`. */
  readonly store?: EffectTaskStore;
}

export interface ShippingWorkersParts extends WorkersParts<'CARRIER_SERVICE'> {
  readonly carrier: ParcelCarrier;
  readonly rows?: ShipmentRows;
}

/** Four calls are the most that one run makes; after this, another may begin. */
const LEASE_CALLS = 8;

/** Drives parcels; the subject is the order's id. It never gives up: the pivot must be decided. */
export class ShippingWorkers extends EffectWorkers<Outcome> {
  constructor(parts: ShippingWorkersParts) {
    const { database, outbox, answers, carrier, settings, log, pollMs, store } = parts;
    const rows = parts.rows ?? postgresShipmentRows;
    const recorder = new ShippingRecorder(answers, rows);
    const shipments: ShipmentStore = {
      find: gatherFinds((orderIds) => rows.findShipments(database, orderIds)),
      settle: gatherOutcomes(outbox, (unit, done) => recorder.record(unit, done)),
    };
    const execution = new ShippingExecution(carrier, shipments, settings.CARRIER_SERVICE);
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
      name: 'shipping',
      concurrency: settings.OUTBOUND_CONNECTIONS,
      leaseMs: settings.OUTBOUND_TIMEOUT_MS * LEASE_CALLS,
      maxAttempts: Infinity,
      backoff: (attempts) => backoffMs(backoff, attempts),
      execute: (orderId, lease) => execution.execute(orderId, lease).catch(asNotNow),
      record: (unit, done) => recorder.record(unit, done),
      failed: (unit, failures) => recorder.failed(unit, failures),
    });
  }
}
