/**
 * One batch of `saga.inbox` is one transaction: the instances are read and locked, decided in
 * memory one message after the other, and written back with their history and their commands.
 */
import { Inject, Injectable } from '@nestjs/common';
import {
  caused,
  crashPoint,
  deadLetter,
  newId,
  Outbox,
  RetryableError,
  type EventBatch,
  type MessagingLog,
  type ReceivedEvent,
  type UnitOfWork,
} from '#messaging';
import { runtime } from '#platform';
import {
  asOfRetired,
  decide,
  DECISION_FAILED,
  isOver,
  isRetired,
  newInstance,
  SagaRegistry,
  type DecideContext,
  type SagaDefinition,
  type SagaMessage,
  type StepTiming,
} from '#saga';
import type { DueTimers, SagaStore } from '#saga-store';
import { mendProblem, replyProblem } from './check-message.js';
import { awaitedTopics, commandEvent } from './command-event.js';
import { ChangedSagas } from './changed-sagas.js';
import { EndedSagas } from './ended-sagas.js';
import { readInboxItem, type InboxItem, type MoveRequest } from './inbox-item.js';
import { deciding } from './trace-decision.js';
import { WorkingSet, type LiveInstance } from './working-set.js';
import { writeChanges } from './write-changes.js';

/** Timers fired by one tick; the next tick follows at once when more are due. */
const TIMERS_A_TICK = 500;

export const STEP_TIMING = Symbol('step-timing');
export const SAGA_STORE = Symbol('saga-store');
export const LOGGER = Symbol('logger');

interface Batch {
  readonly unit: UnitOfWork;
  readonly work: WorkingSet;
  readonly now: number;
}

@Injectable()
export class SagaEngine {
  constructor(
    readonly registry: SagaRegistry,
    @Inject(Outbox) private readonly outbox: Pick<Outbox, 'publishedBy'>,
    @Inject(STEP_TIMING) private readonly timing: Required<StepTiming>,
    @Inject(SAGA_STORE) readonly store: SagaStore,
    readonly ended: EndedSagas,
    readonly changes: ChangedSagas,
    @Inject(LOGGER) private readonly log: Pick<MessagingLog, 'error'>,
  ) {}

  async handle({ events }: EventBatch, unit: UnitOfWork): Promise<void> {
    const items = events.map(readInboxItem);
    const due = dueTimers(items);
    const { now, instances } = await this.store.lockInstances(unit.tx, {
      ids: items.flatMap((item) => (item.to === 'saga' ? [item.sagaId] : [])),
      keys: items.flatMap((item) => (item.to === 'key' ? [item] : [])),
      due,
    });
    const batch: Batch = { unit, work: new WorkingSet(instances), now };
    for (const item of items) await this.apply(batch, item);
    crashPoint('saga.decided');
    writeChanges(unit, batch.work, this);
    if (due.length > 0) {
      const partitions = due.map(({ partition }) => partition);
      unit.beforeCommit(this.store.ticksHandled(unit.tx, partitions));
    }
  }

  private async apply(batch: Batch, item: InboxItem): Promise<void> {
    switch (item.to) {
      case 'dead-letters':
        return reject(batch.unit, item.event, 'unreadable', item.problem);
      case 'timers':
        return this.fireTimers(batch, item.dueBeforeMs, item.event);
      case 'key':
        return this.applyByKey(batch, item);
      case 'saga': {
        const live = batch.work.find(item.sagaId);
        if (!live) {
          return reject(batch.unit, item.event, 'unknown-saga', `there is no saga ${item.sagaId}`);
        }
        const message = this.resolved(live, item.message);
        if (message) return this.decide(batch, live, message, item.event);
        const problem = `there is no such version of '${live.instance.definition}'`;
        return reject(batch.unit, item.event, 'unknown-version', problem);
      }
    }
  }

  private applyByKey(batch: Batch, item: InboxItem & { to: 'key' }): void {
    const { definition: name, businessKey, message, event } = item;
    const known = batch.work.findByKey(name, businessKey);
    if (known && isOver(known.instance.state)) return this.decide(batch, known, message, event);
    const definition = known ? this.definitionOf(known) : this.registry.latest(name);
    if (!definition) {
      return reject(batch.unit, event, 'unknown-definition', `there is no saga '${name}'`);
    }
    if (message.kind === 'mend') {
      const problem = mendProblem(definition, message);
      if (problem !== undefined) return reject(batch.unit, event, 'invalid-mend', problem);
      if (!known) {
        const nobody = `there is no saga '${name}' for '${businessKey}'`;
        return reject(batch.unit, event, 'unknown-saga', nobody);
      }
    }
    let checked = message;
    if (message.kind === 'start') {
      const input = definition.input.safeParse(message.input);
      if (!input.success) {
        const [issue] = input.error.issues;
        const problem = `${issue?.path.join('.')}: ${issue?.message}`;
        return reject(batch.unit, event, 'invalid-input', `'${name}' cannot start: ${problem}`);
      }
      checked = { ...message, input: input.data };
    }
    const live = known ?? this.begin(batch, definition, businessKey, event);
    this.decide(batch, live, checked, event);
  }

  /** A move names a version; undefined when this replica does not know it. */
  private resolved(
    { instance }: LiveInstance,
    message: SagaMessage | MoveRequest,
  ): SagaMessage | undefined {
    if (message.kind !== 'move' || 'to' in message) return message;
    const { toVersion, ...move } = message;
    const to = this.registry.find(instance.definition, toVersion);
    return to && { ...move, to };
  }

  private begin(
    { work, now }: Batch,
    definition: SagaDefinition,
    businessKey: string,
    { partition }: ReceivedEvent,
  ): LiveInstance {
    const { name, version } = definition;
    const head = { id: newId(), definition: name, version, businessKey, now };
    return work.add({
      instance: newInstance(head),
      partition,
      history: [],
      sent: false,
    });
  }

  private decide(
    batch: Batch,
    live: LiveInstance,
    message: SagaMessage,
    event: ReceivedEvent,
  ): void {
    const definition = this.definitionOf(live);
    if (isRetired(definition)) return this.decideBy(batch, live, asOfRetired(message), event);
    if (message.kind === 'reply') {
      const problem = replyProblem(definition, live.instance, message);
      if (problem) return reject(batch.unit, event, 'invalid-reply', problem);
    }
    this.decideBy(batch, live, message, event);
  }

  /** All of it or, where it throws, nothing. */
  private decideBy(
    batch: Batch,
    live: LiveInstance,
    message: SagaMessage,
    event: ReceivedEvent,
  ): void {
    const definition = this.definitionOf(live);
    const trace = deciding(event.traceparent ?? live.trace, live.instance, message);
    const decision = decide(definition, live.instance, message, this.context(batch.now));
    const events = decision.commands.map((command) =>
      caused(event, { ...commandEvent(decision.instance, command, batch.now), ...trace.cause }),
    );
    if (events.length > 0) batch.unit.publish(...events);
    batch.work.apply(live, decision);
    trace.decided(live, batch.unit);
  }

  private async fireTimers(batch: Batch, dueBeforeMs: number, tick: ReceivedEvent): Promise<void> {
    const due = batch.work
      .all()
      .filter(
        ({ instance: { wakeAt }, partition }) =>
          partition === tick.partition && wakeAt !== null && wakeAt <= dueBeforeMs,
      );
    const publishedBy = await this.publishedBy(batch, due);
    for (const live of due) {
      const messageId = tick.id;
      const by = publishedBy.get(live) ?? 0;
      const message = {
        kind: 'timer',
        messageId,
        publishedBy: by,
        dueBefore: dueBeforeMs,
      } as const;
      try {
        this.decideBy(batch, live, message, tick);
      } catch (error) {
        if (error instanceof RetryableError) throw error;
        // One tick is for all of them: what one definition cannot decide must not hold up the others.
        this.log.error({ err: error, sagaId: live.instance.id }, 'a timer cannot be decided');
        this.decideBy(batch, live, heldFor(error, messageId), tick);
      }
    }
  }

  /** When the last commands of each instance were published at the latest; see `TimerMessage`. */
  private async publishedBy(
    batch: Batch,
    due: readonly LiveInstance[],
  ): Promise<Map<LiveInstance, number>> {
    const positioned = due.flatMap((live) => {
      if (!live.position) return [];
      const topics = awaitedTopics(this.definitionOf(live), live.instance);
      return [{ live, at: { ...live.position, topics } }];
    });
    const moments = await this.outbox.publishedBy(
      batch.unit.tx,
      positioned.map(({ at }) => at),
    );
    return new Map(positioned.map(({ live }, index) => [live, moments[index] ?? Infinity]));
  }

  /** @throws RetryableError when only a newer replica knows this version: it waits for one. */
  private definitionOf({ instance }: LiveInstance): SagaDefinition {
    const definition = this.registry.definitionOf(instance);
    if (definition) return definition;
    throw new RetryableError(
      `saga '${instance.definition}' v${instance.version} is not known to this replica`,
    );
  }

  private context(now: number): DecideContext {
    return { now, jitter: runtime.random(), timing: this.timing };
  }
}

/** Of several ticks of a partition the last one says it all. */
function dueTimers(items: readonly InboxItem[]): DueTimers[] {
  const due = new Map<number, number>();
  for (const item of items) {
    if (item.to !== 'timers') continue;
    const { partition } = item.event;
    due.set(partition, Math.max(due.get(partition) ?? 0, item.dueBeforeMs));
  }
  return [...due].map(([partition, beforeMs]) => ({ partition, beforeMs, limit: TIMERS_A_TICK }));
}

/** A person sees to its definition, or moves it to another version, and releases it. */
function heldFor(error: unknown, messageId: string): SagaMessage {
  const why = error instanceof Error ? error.message : String(error);
  const message = `what is due cannot be decided: ${why}`.slice(0, 500);
  return { kind: 'hold', messageId, reason: { code: DECISION_FAILED, message } };
}

const reject = (unit: UnitOfWork, event: ReceivedEvent, code: string, message: string): void =>
  unit.publish(deadLetter(event, { code, message }));
