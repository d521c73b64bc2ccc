import { Injectable } from '@nestjs/common';
import type { SagaInstance } from '#saga';

/** Must not throw: what it is told of is committed, and can no longer be refused. */
type ChangeListener = (changed: readonly { readonly instance: SagaInstance }[]) => void;

/** Told, after its commit, which sagas a batch or a person has changed: of this replica's only. */
@Injectable()
export class ChangedSagas {
  private readonly listeners = new Set<ChangeListener>();

  /** Answers how to stop listening. */
  listen(listener: ChangeListener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  tell(changed: readonly { readonly instance: SagaInstance }[]): void {
    for (const listener of this.listeners) listener(changed);
  }
}
