import { createHash } from 'node:crypto';
import { SAGA_MESSAGES, eventType, type Effect, type Participant, type Reason } from '#contracts';
import type { UnitOfWork } from '#messaging';
import { runtime } from '#platform';
import type { Answer } from './answer.js';
import { PostgresBarrierStore, type BarrierStore } from './barrier-store.js';
import { keyText } from './batch-plan.js';
import type { CommandAddress } from './command.js';
import { isFinal, replyEvent, storedAnswer, type StoredAnswer } from './reply.js';

export interface LateAnswer {
  readonly to: CommandAddress;
  readonly answer: Answer;
}

export interface EffectReport {
  readonly sagaId: string;
  readonly businessKey: string;
  /** The command that led to the effects, where it is known. */
  readonly commandId?: string;
  readonly effects: readonly Effect[];
  readonly reason?: Reason;
}

/** Answers that are given outside of the handler, and reports that answer no command at all. */
export class Answers {
  constructor(
    private readonly participant: Participant,
    private readonly clock: () => Date = runtime.date,
    private readonly barrier: Pick<BarrierStore, 'answer'> = new PostgresBarrierStore(),
  ) {}

  /**
   * Remembers each answer as its command's latest one and sends it when the unit commits. A
   * `pending` that comes after the final answer is dropped. For several answers to one command the
   * last one counts. Commands of the batch that is being handled are answered by `handle` itself.
   */
  async answer(unit: UnitOfWork, items: readonly LateAnswer[]): Promise<void> {
    const latest = new Map<string, { to: CommandAddress; answer: StoredAnswer }>();
    for (const { to, answer } of items) {
      const stored = storedAnswer(answer);
      if (stored) latest.set(keyText(to), { to, answer: stored });
    }
    if (latest.size === 0) return;
    const remembered = await this.barrier.answer(unit.tx, [...latest.values()]);
    const time = this.clock().toISOString();
    for (const [key, { to, answer }] of latest) {
      const answerNo = remembered.get(key);
      // A final answer goes out even when its barrier row is gone, after weeks.
      if (answerNo === undefined && !isFinal(answer)) continue;
      unit.publish(replyEvent(this.participant, { to, answer, answerNo: answerNo ?? 1 }, time));
    }
  }

  /** Tells the orchestrator what was moved outside of any outstanding command. */
  report(
    unit: UnitOfWork,
    { sagaId, businessKey, commandId, effects, reason }: EffectReport,
  ): void {
    const content = effects.map(({ id, revision }) => `${id}@${revision}`).join('\n');
    unit.publish({
      topic: 'saga.inbox',
      key: businessKey,
      id: `report-${createHash('sha256').update(`${sagaId}\n${content}`).digest('base64url')}`,
      source: this.participant,
      type: eventType(SAGA_MESSAGES.report),
      subject: businessKey,
      time: this.clock().toISOString(),
      correlationid: sagaId,
      data: {
        sagaId,
        ...(commandId !== undefined && { commandId }),
        effects,
        ...(reason && { reason }),
      },
    });
  }
}
