import { describe, expect, it } from '@jest/globals';
import { succeed, accepted, type Answer } from './answer.js';
import { handledWith, planBatch, settleBatch, unhandled } from './batch-plan.js';
import type { BarrierRow } from './barrier.js';
import { readCommand } from './command-codec.js';
import { replyId } from './reply.js';
import { NOW, ORDER, TODAY, arrived, contracts, sent, type Sent } from './spec/commands.js';

const done = (): Answer => succeed('inventory.stock-reserved', { expiresAt: 'x' });
const forward: Sent = { id: 'f' };
const undo: Sent = { id: 'u', undoes: 'f' };

/** The ids handed to the handler, and what the barrier looks like afterwards. */
function run(commands: Sent[], rows: BarrierRow[] = [], answer: (id: string) => Answer = done) {
  const plan = planBatch(
    commands.map((command) => arrived(command)),
    rows,
    NOW,
  );
  const answers = plan.admitted.map(({ address }) => handledWith(answer(address.commandId)));
  const result = settleBatch(plan, answers);
  return {
    handled: plan.admitted.map(({ address }) => address.commandId),
    unparked: plan.unpark.map(({ commandId }) => commandId),
    inserted: result.insert.map((row) => [row.commandId, row.state]),
    updated: result.update.map(({ row, from }) => [row.commandId, from, row.state]),
    replies: result.replies.map(replyId),
    codes: result.replies.map((reply) => reply.answer.reason?.code),
    deadLetters: result.deadLetters.map(({ reason }) => reason.code),
    result,
  };
}

const row = (state: BarrierRow['state'], answerNo = 0): BarrierRow => ({
  issuedOn: TODAY,
  commandId: 'f',
  state,
  answerNo,
  ...(answerNo > 0 && { answer: { outcome: 'parked', name: 'saga.command-parked' } }),
});

describe('a batch at the barrier', () => {
  it('handles a command once, however often it is in the batch, and answers once', () => {
    expect(run([forward, forward, forward])).toMatchObject({
      handled: ['f'],
      inserted: [['f', 'handled']],
      replies: ['f#succeeded'],
    });
  });

  it('hands a command and then its compensation to the handler, in that order', () => {
    expect(run([forward, undo])).toMatchObject({
      handled: ['f', 'u'],
      inserted: [
        ['f', 'handled'],
        ['u', 'handled'],
      ],
      replies: ['f#succeeded', 'u#succeeded'],
    });
  });

  it('lets a compensation that comes first win', () => {
    expect(run([undo, forward])).toMatchObject({
      handled: ['u'],
      inserted: [
        ['f', 'tombstone'],
        ['u', 'handled'],
      ],
      replies: ['f#refused', 'u#succeeded'],
      codes: ['undone', undefined],
    });
    expect(run([forward], [row('tombstone')])).toMatchObject({
      handled: [],
      inserted: [],
      updated: [],
      codes: ['undone'],
    });
  });

  it('takes an undone command out of the parking', () => {
    expect(run([undo, undo], [row('parked', 1)])).toMatchObject({
      handled: ['u'],
      unparked: ['f'],
      updated: [['f', 'parked', 'tombstone']],
    });
    expect(run([undo], [row('dead', 1)])).toMatchObject({
      unparked: [],
      updated: [['f', 'dead', 'tombstone']],
    });
  });

  it('is silent about a command that is accepted, however often it is in the batch', () => {
    expect(run([forward, forward], [], accepted)).toMatchObject({
      inserted: [['f', 'handled']],
      replies: [],
    });
  });

  it('says that it works on a command that is asked for again, and remembers nothing of that', () => {
    expect(run([forward, forward], [row('handled')])).toMatchObject({
      handled: [],
      replies: ['f#pending'],
      codes: ['in-progress'],
      inserted: [],
      updated: [],
    });
    expect(run([undo], [{ ...row('handled'), commandId: 'u' }]).replies).toEqual([]);
  });

  it('repeats the latest answer with the id it had', () => {
    const answer = { outcome: 'succeeded', name: 'inventory.stock-reserved' } as const;
    const known = { ...row('handled'), answer, answerNo: 2 };
    expect(run([forward], [known]).replies).toEqual(['f#succeeded.2']);
    expect(run([forward], [{ ...known, answerNo: 1 }]).replies).toEqual(['f#succeeded']);
  });

  it('makes one dead letter of a command that does not fit, and remembers it', () => {
    const broken: Sent = { ...forward, data: {} };
    const first = run([broken, broken]);
    expect(first).toMatchObject({
      handled: [],
      inserted: [['f', 'dead']],
      replies: ['f#dead'],
      deadLetters: ['invalid-payload'],
    });
    const [kept] = first.result.insert;
    const again = run([broken], [kept as BarrierRow]);
    expect(again).toMatchObject({ replies: ['f#dead'], deadLetters: [], updated: [] });
  });

  it('handles a redriven dead letter once', () => {
    const redriven: Sent = { ...forward, redrive: '1' };
    expect(run([redriven, redriven], [row('dead', 2)])).toMatchObject({
      handled: ['f'],
      updated: [['f', 'dead', 'handled']],
      replies: ['f#succeeded.3'],
    });
  });

  it('puts a command that throws into the parking, its tombstones included', () => {
    const plan = planBatch([arrived(undo)], [], NOW);
    const reason = { code: 'parked', message: 'no' };
    const { insert, replies } = settleBatch(plan, [unhandled('parked', reason)]);
    expect(insert.map(({ commandId, state }) => [commandId, state])).toEqual([
      ['f', 'tombstone'],
      ['u', 'parked'],
    ]);
    expect(replies).toMatchObject([{ answer: { outcome: 'parked', reason } }]);
  });

  it('tells the sender of an unreadable command, where there is one', () => {
    const noDay = { ...sent(forward), extensions: {} };
    const { correlationid: _, ...nobody } = noDay;
    const batch = [noDay, nobody].map((event) => readCommand(event, contracts));
    const { insert, replies, deadLetters } = settleBatch(planBatch(batch, [], NOW), []);
    expect(insert).toEqual([]);
    expect(deadLetters.map(({ reason }) => reason.code)).toEqual([
      'unreadable-command',
      'unreadable-command',
    ]);
    expect(replies).toMatchObject([{ to: { commandId: 'f', businessKey: ORDER } }]);
  });
});
