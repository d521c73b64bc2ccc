/**
 * What people do to sagas: decided by the same core as all messages, in a transaction of its own, with
 * its history, its commands, and a row of who did it and why. One at a time, or a batch of them.
 */
import { Inject, Injectable } from '@nestjs/common';
import { newId, type UnitOfWork } from '#messaging';
import { runtime } from '#platform';
import {
  decide,
  decidedOr,
  objectionTo,
  SagaRegistry,
  type SagaInstance,
  type StepTiming,
} from '#saga';
import type { SagaStore } from '#saga-store';
import { commandsSentAgain } from '../persistence/dead-letter-rows.js';
import { recordActs, type Act } from '../persistence/interventions.js';
import { commandEvent } from './command-event.js';
import { ChangedSagas } from './changed-sagas.js';
import { EndedSagas } from './ended-sagas.js';
import { SAGA_STORE, STEP_TIMING } from './saga-engine.js';
import { deciding } from './trace-decision.js';
import { messageFor, type Wanted } from './wanted.js';
import { WorkingSet, type LiveInstance } from './working-set.js';
import { writeChanges } from './write-changes.js';

export type Intervened =
  | { readonly kind: 'done'; readonly instance: SagaInstance }
  | { readonly kind: 'unknown' }
  /** It is no longer as the person has seen it. */
  | { readonly kind: 'moved'; readonly revision: number }
  /** It would break a promise, or change nothing. */
  | { readonly kind: 'refused'; readonly why: string; readonly revision: number };

@Injectable()
export class Interventions {
  constructor(
    readonly registry: SagaRegistry,
    @Inject(STEP_TIMING) private readonly timing: Required<StepTiming>,
    @Inject(SAGA_STORE) readonly store: SagaStore,
    readonly ended: EndedSagas,
    readonly changes: ChangedSagas,
  ) {}

  /** In this transaction. Answers in the order of what was wanted. */
  async apply(unit: UnitOfWork, wanted: readonly Wanted[]): Promise<Intervened[]> {
    const ids = wanted.map(({ sagaId }) => sagaId);
    const { now, instances } = await this.store.lockInstances(unit.tx, { ids, keys: [] });
    const work = new WorkingSet(instances);
    // Of sagas that are locked now: nobody sends one of their commands again meanwhile.
    const sentAgain = await commandsSentAgain(
      unit.tx,
      wanted.filter(isNever).map(({ sagaId }) => sagaId),
    );
    const acts: Act[] = [];
    const results = wanted.map((one) => {
      const live = work.find(one.sagaId);
      if (!live) return { kind: 'unknown' } as const;
      const before = live.instance.revision;
      const result = this.one(unit, { work, live, now, sentAgain }, one);
      if (result.kind === 'done') acts.push(actOf(one, before, result.instance));
      return result;
    });
    writeChanges(unit, work, this);
    recordActs(unit, acts, now);
    return results;
  }

  private one(
    unit: UnitOfWork,
    { work, live, now, sentAgain }: Looked,
    wanted: Wanted,
  ): Intervened {
    const { instance } = live;
    const { revision } = instance;
    if (wanted.revision !== undefined && wanted.revision !== revision) {
      return { kind: 'moved', revision };
    }
    const refused = (why: string): Intervened => ({ kind: 'refused', why, revision });
    const definition = this.registry.definitionOf(instance);
    if (!definition) {
      return refused(
        `this replica knows no '${instance.definition}' v${instance.version}: ask a newer one`,
      );
    }
    const messageId = newId();
    const message = messageFor(wanted, messageId, {
      instance,
      definition,
      registry: this.registry,
    });
    if (typeof message === 'string') return refused(message);
    const commandId = instance.steps[wanted.step ?? '']?.command?.commandId;
    if (isNever(wanted) && sentAgain.has(commandId ?? '')) {
      return refused(`'${wanted.step}' was sent again from its dead letter: wait for its answer`);
    }
    const context = { now, jitter: runtime.random(), timing: this.timing };
    const objection = objectionTo(definition, instance, message, context);
    if (objection !== undefined) return refused(objection);
    const trace = deciding(live.trace, instance, message);
    const decision = decidedOr(() => decide(definition, instance, message, context));
    if (typeof decision === 'string') return refused(decision);
    work.apply(live, decision);
    trace.decided(live, unit);
    unit.publish(
      ...decision.commands.map((command) => ({
        ...commandEvent(live.instance, command, now),
        causationid: messageId,
        ...trace.cause,
      })),
    );
    return { kind: 'done', instance: live.instance };
  }
}

interface Looked {
  readonly work: WorkingSet;
  readonly live: LiveInstance;
  readonly now: number;
  /** Ids of commands; see `commandsSentAgain`. */
  readonly sentAgain: ReadonlySet<string>;
}

const isNever = ({ action, outcome }: Wanted): boolean =>
  action === 'resolve' && outcome === 'did-not-happen';

const actOf = (wanted: Wanted, revisionBefore: number, after: SagaInstance): Act => {
  const { sagaId, revision: _, actor, reason, action, ...detail } = wanted;
  return {
    ...{ actor, reason, what: `saga.${action}`, objectType: 'saga', objectId: sagaId },
    saga: {
      ...{ id: sagaId, businessKey: after.businessKey },
      ...{ revisionBefore, revisionAfter: after.revision },
    },
    detail,
  };
};
