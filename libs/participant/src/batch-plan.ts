/**
 * A batch of commands at the barrier, pure: `planBatch` before the handlers run, `settleBatch` with
 * their answers. Commands are taken in their order, each seeing what those before it have changed.
 */
import type { Reason } from '#contracts';
import type { ReceivedEvent } from '#messaging';
import { decideBarrier, type BarrierRow, type BarrierState } from './barrier.js';
import type { ArrivedCommand, UnreadableCommand } from './command-codec.js';
import type { AdmittedCommand, CommandAddress, CommandKey } from './command.js';
import type { Answer } from './answer.js';
import {
  genericAnswer,
  inProgress,
  replyId,
  storedAnswer,
  type Reply,
  type StoredAnswer,
} from './reply.js';

export interface BatchPlan {
  /** To be handled, in the order of the batch. */
  readonly admitted: readonly AdmittedCommand[];
  /** Parked commands that are undone now: nobody may try them again. */
  readonly unpark: readonly CommandKey[];
  /** As the database has them. */
  readonly before: ReadonlyMap<string, BarrierRow>;
  /** As they shall be, the answers of the admitted ones still missing. */
  readonly after: ReadonlyMap<string, BarrierRow>;
  readonly replies: readonly Reply[];
  readonly deadLetters: readonly DeadLetter[];
}

export interface DeadLetter {
  readonly event: ReceivedEvent;
  readonly reason: Reason;
}

/** What became of an admitted command. */
export interface Settlement {
  readonly state: Exclude<BarrierState, 'tombstone'>;
  readonly answer?: StoredAnswer;
}

export const handledWith = (answer: Answer): Settlement => {
  const stored = storedAnswer(answer);
  return { state: 'handled', ...(stored && { answer: stored }) };
};

export const unhandled = (outcome: 'parked' | 'dead', reason: Reason): Settlement => ({
  state: outcome,
  answer: genericAnswer(outcome, reason),
});

export interface BarrierUpdate {
  readonly row: BarrierRow;
  /** The state it must still have. */
  readonly from: BarrierState;
}

export interface BatchResult {
  readonly insert: readonly BarrierRow[];
  readonly update: readonly BarrierUpdate[];
  readonly replies: readonly Reply[];
  readonly deadLetters: readonly DeadLetter[];
}

export const keyText = ({ issuedOn, commandId }: CommandKey): string => `${issuedOn} ${commandId}`;

/** Every row that the batch's decisions look at. */
export function keysOf(batch: readonly (ArrivedCommand | UnreadableCommand)[]): CommandKey[] {
  const keys = new Map<string, CommandKey>();
  for (const item of batch) {
    if (item.kind === 'unreadable') continue;
    const { address, undoes } = item.command;
    for (const key of undoes ? [address, undoes] : [address]) keys.set(keyText(key), key);
  }
  return [...keys.values()];
}

export function planBatch(
  batch: readonly (ArrivedCommand | UnreadableCommand)[],
  rows: readonly BarrierRow[],
  now: Date,
): BatchPlan {
  const before = new Map(rows.map((row) => [keyText(row), row]));
  const after = new Map(before);
  const admitted: AdmittedCommand[] = [];
  const unpark: CommandKey[] = [];
  const replies: Reply[] = [];
  const deadLetters: DeadLetter[] = [];

  const answerNow = (to: CommandAddress, state: BarrierState, answer: StoredAnswer): Reply => {
    const answerNo = (after.get(keyText(to))?.answerNo ?? 0) + 1;
    after.set(keyText(to), { ...keyOf(to), state, answer, answerNo });
    return { to, answer, answerNo };
  };

  for (const item of batch) {
    if (item.kind === 'unreadable') {
      const { event, reason, to } = item;
      deadLetters.push({ event, reason });
      if (to) replies.push({ to, answer: genericAnswer('dead', reason), answerNo: 1 });
      continue;
    }
    const { command } = item;
    const { address } = command;
    const verdict = decideBarrier((key) => after.get(keyText(key)), item, now);
    switch (verdict.kind) {
      case 'repeat': {
        const { answer, answerNo } = verdict.row;
        if (answer) replies.push({ to: address, answer, answerNo });
        // Whoever asks again has waited: it is told that somebody works on it. Not remembered, for the
        // answer may be on its way at this moment. Whoever undoes calls a person when it takes long.
        else if (!command.undoes && before.get(keyText(address)) === verdict.row) {
          replies.push({ to: address, answer: inProgress, answerNo: answerNo + 1 });
        }
        break;
      }
      case 'refuse':
      case 'reject': {
        const refused = verdict.kind === 'refuse';
        const answer = genericAnswer(refused ? 'refused' : 'dead', verdict.reason);
        replies.push(
          verdict.remember
            ? answerNow(address, refused ? 'handled' : 'dead', answer)
            : { to: address, answer, answerNo: 1 },
        );
        if (!refused) deadLetters.push({ event: command.event, reason: verdict.reason });
        break;
      }
      case 'admit': {
        const { entomb } = verdict;
        if (entomb) {
          if (after.get(keyText(entomb))?.state === 'parked') unpark.push(entomb);
          after.set(keyText(entomb), { ...keyOf(entomb), state: 'tombstone', answerNo: 0 });
        }
        const answerNo = after.get(keyText(address))?.answerNo ?? 0;
        after.set(keyText(address), { ...keyOf(address), state: 'handled', answerNo });
        admitted.push(command);
      }
    }
  }
  return { admitted, unpark, before, after, replies, deadLetters };
}

/** @param settlements one an admitted command, in the same order */
export function settleBatch(plan: BatchPlan, settlements: readonly Settlement[]): BatchResult {
  const after = new Map(plan.after);
  const replies = new Map(plan.replies.map((reply) => [replyId(reply), reply]));
  plan.admitted.forEach(({ address }, index) => {
    const { state, answer } = settlements[index] as Settlement;
    const row = after.get(keyText(address)) as BarrierRow;
    if (!answer) {
      after.set(keyText(address), { ...row, state });
      return;
    }
    const reply = { to: address, answer, answerNo: row.answerNo + 1 };
    after.set(keyText(address), { ...row, state, answer, answerNo: reply.answerNo });
    replies.set(replyId(reply), reply);
  });
  const insert: BarrierRow[] = [];
  const update: BarrierUpdate[] = [];
  for (const [key, row] of after) {
    const old = plan.before.get(key);
    if (!old) insert.push(row);
    else if (old !== row) update.push({ row, from: old.state });
  }
  return { insert, update, replies: [...replies.values()], deadLetters: plan.deadLetters };
}

const keyOf = ({ issuedOn, commandId }: CommandKey): CommandKey => ({ issuedOn, commandId });
