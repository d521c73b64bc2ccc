import { Injectable } from '@nestjs/common';
import { histogram } from '#platform';
import type { SagaInstance } from '#saga';

const seconds = histogram({
  name: 'saga_duration_seconds',
  help: 'Time from the start of a saga to its end',
  labelNames: ['definition', 'state'],
  buckets: [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3_600, 86_400],
});

/** Must not throw: what it is told of is committed, and can no longer be refused. */
export type EndedListener = (ended: readonly SagaInstance[]) => void;

/** Told, after its commit, which sagas a batch has brought to their end. */
@Injectable()
export class EndedSagas {
  private readonly listeners = new Set<EndedListener>();

  /** Of this replica's sagas only. Answers how to stop listening. */
  listen(listener: EndedListener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  tell(ended: readonly SagaInstance[]): void {
    for (const { definition, state, createdAt, updatedAt } of ended) {
      seconds.observe({ definition, state }, (updatedAt - createdAt) / 1_000);
    }
    for (const listener of this.listeners) listener(ended);
  }
}
