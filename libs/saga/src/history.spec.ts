/** What is written down of each message, exactly: a replay knows nothing else. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { forgiving, money, sample, SagaRun } from './spec/saga-run.js';

let run: SagaRun;
beforeEach(() => {
  run = new SagaRun(forgiving).start();
});

const reason = { code: 'no', message: 'no more' };
const entry = () => run.last?.history;
const rest = () => ({ at: run.now, revision: run.instance.revision });

describe('the entry of', () => {
  it('a start', () => {
    expect(entry()).toStrictEqual({
      ...rest(),
      kind: 'start',
      messageId: 'message-1',
      state: 'running',
      changes: [
        { step: 'create', to: 'done' },
        { step: 'reserve', to: 'sent' },
        { step: 'charge', to: 'sent' },
        { step: 'secure', to: 'sent' },
      ],
      sent: ['saga-1:reserve', 'saga-1:charge', 'saga-1:secure'],
      detail: { jitter: 0 },
    });
  });

  it('an answer with all that it may bring', () => {
    const [result, effects] = [{ number: 7 }, [money(500, 0, 1)]];
    run.reply('charge', { name: 'refused', outcome: 'refused', result, reason, effects });
    expect(entry()).toStrictEqual({
      ...rest(),
      ...{ kind: 'reply', messageId: 'message-2', state: 'running', reason },
      ...{ name: 'refused', outcome: 'refused' },
      changes: [{ step: 'charge', to: 'refused' }],
      note: "'charge' waits for a better input",
      detail: { commandId: 'saga-1:charge', result, effects, jitter: 0 },
    });
  });

  it('an answer that changes nothing', () => {
    run.reply('secure').reply('secure');
    expect(entry()).toStrictEqual({
      ...rest(),
      ...{ kind: 'reply', messageId: 'message-3', state: 'running' },
      ...{ name: 'done', outcome: 'succeeded' },
      note: "succeeded recorded: step 'secure' is done",
      detail: { commandId: 'saga-1:secure', jitter: 0 },
    });
  });

  it('a report, with and without its command and its reason', () => {
    const effects = [money(5, 0, 1)];
    run.report(...effects);
    expect(entry()).toStrictEqual({
      ...rest(),
      ...{ kind: 'report', messageId: 'message-2', state: 'running' },
      note: 'no step is known to have had the effect payment:order-1',
      detail: { effects, jitter: 0 },
    });
    run.apply({ kind: 'report', messageId: 'r', commandId: 'c', effects: [], reason });
    expect(entry()).toMatchObject({ reason, detail: { commandId: 'c', effects: [] } });
  });

  it('a timer that sends again, with more than one note joined', () => {
    run.silence();
    expect(entry()).toStrictEqual({
      ...rest(),
      ...{ kind: 'timer', messageId: 'message-2', state: 'running' },
      sent: ['saga-1:reserve', 'saga-1:charge', 'saga-1:secure'],
      detail: { publishedBy: 0, dueBefore: run.now, jitter: 0 },
    });
    run.silence(Infinity);
    expect(entry()?.detail).toStrictEqual({
      ...{ publishedBy: null, dueBefore: run.now, jitter: 0 },
    });
    expect(entry()?.note?.split('; ')).toHaveLength(3);
  });

  it('a mend, with its step and the input before it', () => {
    run.refuse('charge').mend('charge', { id: 'better' });
    expect(entry()).toStrictEqual({
      ...rest(),
      ...{ kind: 'mend', messageId: 'message-3', state: 'running', step: 'charge' },
      changes: [
        { step: 'charge', to: 'waiting' },
        { step: 'charge', to: 'sent' },
      ],
      sent: ['saga-1:charge:2'],
      detail: { data: { id: 'better' }, jitter: 0, inputBefore: { id: 'order-1' } },
    });
  });

  it('a move, with both versions where it was done', () => {
    run = new SagaRun(sample).start().move({ ...sample, version: 2 });
    expect(entry()).toMatchObject({ kind: 'move', reason: { code: 'upgrade' } });
    expect(entry()?.detail).toStrictEqual({ toVersion: 2, fromVersion: 1, jitter: 0 });
    run.cancel().move({ ...sample, version: 3 });
    expect(entry()?.detail).toStrictEqual({ toVersion: 3, jitter: 0 });
    run.move({ ...sample, version: 3 }, 1);
    expect(entry()?.detail).toStrictEqual({ toVersion: 3, onlyFrom: 1, jitter: 0 });
  });

  it('a move that has changed the input, with the one before', () => {
    const input = () => ({ id: 'another' });
    run = new SagaRun(sample).start().move({
      ...{ ...sample, version: 2 },
      movesFrom: [{ from: 1, input }],
    });
    expect(run.instance.input).toEqual({ id: 'another' });
    expect(entry()?.detail).toMatchObject({ fromVersion: 1, inputBefore: { id: 'order-1' } });
  });

  it('a hold, under a timing that is not the default', () => {
    run = new SagaRun(sample, { attempts: 2, timeoutMs: 10_000 }).start().hold();
    expect(entry()).toStrictEqual({
      ...rest(),
      ...{ kind: 'hold', messageId: 'message-2', state: 'running' },
      reason: { code: 'look', message: 'somebody looks at it' },
      detail: { jitter: 0, timing: { attempts: 2 } },
    });
  });
});

describe('what is kept of an instance', () => {
  it('is no more than it needs', () => {
    const { id, businessKey, createdAt } = run.instance;
    const command = {
      ...{ issuedOn: '2026-11-21', attempts: 1, sentAt: run.now, dueAt: run.now + 10_000 },
    };
    const { steps, ...instance } = run.instance;
    expect(instance).toStrictEqual({
      ...{ id, businessKey, createdAt, definition: 'forgiving', version: 1, revision: 1 },
      ...{ state: 'running', input: { id: 'order-1' }, ledger: {} },
      ...{ wakeAt: run.now + 10_000, updatedAt: run.now },
    });
    expect(steps['charge']).toStrictEqual({
      state: 'sent',
      command: { commandId: 'saga-1:charge', ...command },
    });
  });

  it('is the earliest of its timers, wherever that stands', () => {
    run = new SagaRun(forgiving).start();
    run.now += 5_000;
    const parked = { name: 'saga.command-parked', outcome: 'parked' } as const;
    // The first and the last of them later, and the one between.
    const first = run.reply('reserve', parked).instance.wakeAt ?? 0;
    expect(first - run.now).toBe(5_000);
    run.reply('secure', parked);
    expect(run.instance.wakeAt).toBe(first);
    expect((run.reply('charge', parked).instance.wakeAt ?? 0) - run.now).toBe(10_000);
  });

  it('is the first report of a revision', () => {
    run.reply('charge', { effects: [money(5, 0, 1)] }).report(money(9, 0, 1));
    expect(run.instance.ledger['payment:order-1']?.taken).toBe(5);
  });

  it('is the attention of a step until that step is settled', () => {
    run = new SagaRun(sample).start().reply('reserve').reply('charge').reply('secure');
    run.reply('ship', { result: { number: 1 } }).refuse('confirm');
    expect(run.reply('notify').instance.attention?.step).toBe('confirm');
    expect(run.reply('confirm').instance.attention).toBeUndefined();
  });
});
