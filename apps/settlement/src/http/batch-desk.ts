import { Injectable } from '@nestjs/common';
import { crashPoint, Database } from '#messaging';
import { fieldProblem, runtime } from '#platform';
import { BatchWorker } from '../batches/batch-worker.js';
import { openBatch, type NewBatch } from '../persistence/batch-rows.js';
import { HoldingPeriod } from './holding-period.js';

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
   * @throws ProblemException 400 for a cutoff that is yet to come: what falls due until then is not
   */
  async open(cutoff?: Date): Promise<NewBatch> {
    const openedAt = runtime.date();
    if (cutoff && cutoff > openedAt) {
      throw fieldProblem(400, [{ field: 'cutoff', message: 'must not lie in the future' }]);
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
