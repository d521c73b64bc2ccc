import { createHash } from 'node:crypto';
import { SAGA_MESSAGES, eventType, type Effect, type Participant, type Reason } from '#contracts';
import type { Tx, UnitOfWork } from '#messaging';
import type { Answer } from './answer.js';
import { span } from './barrier-store.js';
import { keyText } from './batch-plan.js';
import type { CommandAddress, CommandKey } from './command.js';
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
    private readonly clock: () => Date = () => new Date(),
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
    const remembered = await remember(unit.tx, [...latest.values()]);
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

/** One statement. @returns the number of each answer that was taken, by `keyText` */
async function remember(
  tx: Tx,
  items: readonly { to: CommandAddress; answer: StoredAnswer }[],
): Promise<Map<string, number>> {
  const rows = await tx.query<CommandKey & { answerNo: number }>(
    `update barrier b set answer = n.answer::json, answer_no = b.answer_no + 1
       from unnest($1::date[], $2::text[], $3::text[], $4::bool[])
         as n (issued_on, command_id, answer, final)
      where b.issued_on between $5 and $6
        and b.issued_on = n.issued_on and b.command_id = n.command_id
        and (n.final or b.answer is null
             or b.answer ->> 'outcome' not in ('succeeded', 'refused'))
     returning b.issued_on::text as "issuedOn", b.command_id as "commandId",
               b.answer_no as "answerNo"`,
    [
      items.map(({ to }) => to.issuedOn),
      items.map(({ to }) => to.commandId),
      items.map(({ answer }) => JSON.stringify(answer)),
      items.map(({ answer }) => isFinal(answer)),
      ...span(items.map(({ to }) => to)),
    ],
  );
  return new Map(rows.map((row) => [keyText(row), row.answerNo]));
}
