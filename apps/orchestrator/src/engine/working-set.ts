/** The instances of one batch, in memory, between the read and the write. */
import type { OutboxPosition, StoredInstance } from '#saga-store';
import { keptEntry, type Decision, type HistoryEntry, type SagaInstance } from '#saga';

export interface LiveInstance {
  /** As it was read; nothing when it begins in this batch. */
  readonly before?: SagaInstance;
  readonly partition: number;
  readonly position?: OutboxPosition;
  /** `traceparent` of what was decided last, where that was traced. */
  trace?: string;
  instance: SagaInstance;
  readonly history: HistoryEntry[];
  /** Commands went out, so the clocks start anew with this batch. */
  sent: boolean;
}

export class WorkingSet {
  private readonly byId = new Map<string, LiveInstance>();
  private readonly byKey = new Map<string, LiveInstance>();

  constructor(stored: readonly StoredInstance[]) {
    for (const { instance, partition, position, trace } of stored) {
      this.add({
        before: instance,
        partition,
        ...(position && { position }),
        ...(trace !== undefined && { trace }),
        instance,
        history: [],
        sent: false,
      });
    }
  }

  add(live: LiveInstance): LiveInstance {
    const { id, definition, businessKey } = live.instance;
    this.byId.set(id, live);
    this.byKey.set(keyOf(definition, businessKey), live);
    return live;
  }

  find(sagaId: string): LiveInstance | undefined {
    return this.byId.get(sagaId);
  }

  findByKey(definition: string, businessKey: string): LiveInstance | undefined {
    return this.byKey.get(keyOf(definition, businessKey));
  }

  all(): LiveInstance[] {
    return [...this.byId.values()];
  }

  changed(): LiveInstance[] {
    return this.all().filter((live) => live.history.length > 0);
  }

  apply(live: LiveInstance, decision: Decision): void {
    live.instance = decision.instance;
    live.history.push(keptEntry(decision));
    live.sent ||= decision.commands.length > 0;
  }
}

const keyOf = (definition: string, businessKey: string): string => `${definition}\n${businessKey}`;
