import { Injectable } from '@nestjs/common';
import { crashPoint, Database } from '#messaging';
import { fieldProblem, runtime } from '#platform';
import { BatchWorker } from '../batches/batch-worker.js';
import { openBatch, type NewBatch } from '../persistence/batch-rows.js';
import { HoldingPeriod } from './holding-period.js';

/** No order is older. The holding period before it has to be a time that Postgres knows, too. */
const EARLIEST = new Date('1970-01-01T00:00:00Z');

/** Opens the batches that people ask for. */
@Injectable()
export class BatchDesk {
  constructor(
    private readonly database: Database,
    private readonly worker: BatchWorker,
    private readonly holdingPeriod: HoldingPeriod,
  ) {}

  /**
   * One more than is needed does no harm: it finds nothing left to settle.
   * @throws ProblemException 400 for a cutoff that is yet to come: what falls due until then is
   *   not; and for one before 1970: it could not be worked through, and all later ones would wait
   */
  async open(cutoff?: Date): Promise<NewBatch> {
    const openedAt = runtime.date();
    if (cutoff && cutoff > openedAt) {
      throw fieldProblem(400, [{ field: 'cutoff', message: 'must not lie in the future' }]);
    }
    if (cutoff && cutoff < EARLIEST) {
      throw fieldProblem(400, [{ field: 'cutoff', message: 'must not lie before 1970' }]);
    }
    const batch = {
      batchId: `asked-${runtime.uuid()}`,
      cutoff: cutoff ?? openedAt,
      holdingMs: this.holdingPeriod.ms,
      openedAt,
    };
    await openBatch(this.database, batch);
    crashPoint('settlement.batch-asked');
    this.worker.wake();
    return batch;
  }
}
