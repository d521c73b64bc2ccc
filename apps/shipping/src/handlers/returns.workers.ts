import type { UnitOfWork } from '#messaging';
import {
  EffectWorkers,
  NotNowError,
  asNotNow,
  traceEffect,
  type Answers,
  type EffectDone,
} from '#participant';
import { Batcher, backoffMs } from '#platform';
import {
  pollPauseMs,
  settleReturn,
  type PollPauses,
  type ReturnOutcome,
} from '../domain/return-parcel.js';
import {
  postgresReturnParcelRows,
  type AwaitedParcel,
  type ReturnParcelRows,
} from '../persistence/return-parcel-rows.js';
import type { ReturnCarrier } from '../provider/carrier.js';
import { returnAnswer } from './returns.replies.js';
import type { WorkersParts } from './shipping.workers.js';

export interface ReturnWorkersParts extends WorkersParts<'RETURN_POLL_MS' | 'RETURN_POLL_MAX_MS'> {
  readonly carrier: ReturnCarrier;
  readonly rows?: ReturnParcelRows;
}

/** Two calls are the most that one run makes; after this, another may begin. */
const LEASE_CALLS = 4;

/**
 * Books return parcels and asks where they are; the subject is the return's id. It never gives up:
 * the carrier knows when goods will not come any more.
 */
export class ReturnWorkers extends EffectWorkers<ReturnOutcome> {
  constructor(parts: ReturnWorkersParts) {
    const { database, outbox, answers, carrier, settings, log, pollMs, store } = parts;
    const rows = parts.rows ?? postgresReturnParcelRows;
    const backoff = {
      baseMs: settings.OUTBOUND_BACKOFF_MS,
      maxMs: settings.OUTBOUND_BACKOFF_MAX_MS,
    };
    const pauses = { leastMs: settings.RETURN_POLL_MS, mostMs: settings.RETURN_POLL_MAX_MS };
    const reads = new Batcher({
      maxItems: 200,
      maxConcurrent: 2,
      run: async (returnIds: string[]) => {
        const parcels = await rows.findReturnParcels(database, returnIds);
        return returnIds.map((returnId) => parcels.get(returnId));
      },
    });
    super({
      database,
      outbox,
      log,
      ...(pollMs !== undefined && { pollMs }),
      ...(store && { store }),
      name: 'return',
      concurrency: settings.OUTBOUND_CONNECTIONS,
      leaseMs: settings.OUTBOUND_TIMEOUT_MS * LEASE_CALLS,
      maxAttempts: Infinity,
      backoff: (attempts) => backoffMs(backoff, attempts),
      execute: async (returnId) => {
        const parcel = await reads.add(returnId);
        const traced = { worker: 'return', subject: returnId, waiting: parcel?.receiveTo ?? [] };
        return traceEffect(traced, () => fetchBack(carrier, parcel, pauses));
      },
      record: (unit, done) => record(unit, rows, answers, done),
      // It was answered that it takes long, so that a carrier that is away for a while changes nothing.
      failed: () => Promise.resolve(),
    });
  }
}

/**
 * The carrier's books are asked first, every time: they say whether the parcel was booked, by whomever,
 * and where it is. So nothing about it has to be remembered between two runs.
 * @throws NotNowError while it is on its way: that is no run that failed
 */
export async function fetchBack(
  carrier: ReturnCarrier,
  parcel: AwaitedParcel | undefined,
  pauses: PollPauses,
): Promise<ReturnOutcome> {
  if (parcel?.status !== 'awaited') return { kind: 'unchanged' };
  const answer =
    (await carrier.findReturn(parcel.returnId).catch(asNotNow)) ??
    (await carrier.bookReturn(parcel).catch(asNotNow));
  if (answer.kind !== 'on-its-way') return answer;
  const pauseMs = pollPauseMs(pauses, parcel.awaitedMs);
  throw new NotNowError('the goods are on their way', pauseMs);
}

async function record(
  unit: UnitOfWork,
  rows: ReturnParcelRows,
  answers: Pick<Answers, 'answer'>,
  done: readonly EffectDone<ReturnOutcome>[],
): Promise<void> {
  const parcels = await rows.lockReturnParcels(
    unit.tx,
    done.map(({ subject }) => subject),
  );
  const settled = done.flatMap(({ subject, outcome }) => {
    const before = parcels.get(subject);
    const after = before && settleReturn(before, outcome);
    return after && after !== before ? [after] : [];
  });
  await rows.updateReturnParcels(
    unit.tx,
    settled.map((parcel) => ({ ...parcel, receiveTo: [] })),
  );
  await answers.answer(
    unit,
    settled.flatMap((parcel) => {
      const answer = returnAnswer(parcel);
      return parcel.receiveTo.map((to) => ({ to, answer }));
    }),
  );
}
