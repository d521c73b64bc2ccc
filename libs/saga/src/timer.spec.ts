import { beforeEach, describe, expect, it } from '@jest/globals';
import { forgiving, recallable, sample, SagaRun } from './spec/saga-run.js';

const TIMEOUT_MS = 10_000;
const DAYS_MS = 7 * 86_400_000;
const pending = { outcome: 'pending', name: 'pending' } as const;

let run: SagaRun;
beforeEach(() => {
  run = new SagaRun(forgiving, { attempts: 2 }).start();
});

describe('several timers', () => {
  it('that are due together all take effect', () => {
    expect(run.silence().sentNames).toEqual(['reserve', 'charge', 'secure']);
    expect(run.sent.map(({ resend }) => resend)).toEqual([1, 1, 1]);
  });

  it('of which one turns the saga around leave the others to the way back', () => {
    run.silence().silence();
    expect(run.instance).toMatchObject({ state: 'compensating', cause: { code: 'no-answer' } });
    expect(run.sentNames).toEqual(['release', 'refund']);
    expect(run.last?.history.changes?.filter(({ to }) => to === 'in-doubt')).toEqual([
      { step: 'reserve', to: 'in-doubt' },
    ]);
    expect(run.instance.wakeAt).toBe(run.now + TIMEOUT_MS);
  });

  it('of which one gives up: nothing beside it goes out once more', () => {
    run.retry('charge');
    run.now += 10 * TIMEOUT_MS;
    run.fire();
    expect(run.state('reserve')).toBe('undoing');
    expect(run.sentNames).toEqual(['release', 'refund']);
  });

  it('behind the pivot all take effect, though each needs a person as well', () => {
    run = new SagaRun(sample, { attempts: 1 }).at('confirm').silence();
    expect(run.sentNames).toEqual(['confirm', 'notify']);
    expect(run.instance).toMatchObject({
      attention: { step: 'notify' },
      alsoAttention: [{ step: 'confirm' }],
    });
  });

  it('of compensations that are due together all take effect', () => {
    run.cancel();
    expect(run.sentNames).toEqual(['release', 'refund']);
    expect(run.silence().sentNames).toEqual(['release', 'refund']);
  });

  it('that are not due are left alone', () => {
    run.now += 1_000;
    run.refuse('charge');
    run.now += 1_000;
    const { charge } = run.mend('charge', { id: 'better' }).instance.steps;
    run.silence();
    expect(run.sentNames).toEqual(['reserve', 'secure']);
    expect(run.instance.steps['charge']).toEqual(charge);
    expect(run.last?.history.note).toBeUndefined();
  });
});

describe('a timer that comes late', () => {
  it('lets alone what has come due since, whose answer may be right behind it', () => {
    const dueBefore = run.instance.wakeAt ?? 0;
    run.now += 1_000;
    // Two of three have another deadline now; the third alone was due when the timer was written.
    run.retry('charge').retry('secure');
    run.now = dueBefore + 10 * TIMEOUT_MS;
    expect(run.fire({ dueBefore }).sentNames).toEqual(['reserve']);
    expect(run.last?.history.note).toBeUndefined();
    expect(run.state('charge')).toBe('sent');
    expect(run.instance.state).toBe('running');
    run.reply('charge').reply('secure').reply('reserve');
    expect(run.instance.cause).toBeUndefined();
  });

  it('does not make up for a late publication by more than was waited', () => {
    const { dueAt = 0, sentAt = 0 } = run.instance.steps['charge']?.command ?? {};
    run.now = dueAt + 10 * TIMEOUT_MS;
    // Published so late that its time was not over when the timer was written, though it is by now.
    run.fire({ dueBefore: dueAt, publishedBy: sentAt + 3_000 });
    expect(run.sent).toEqual([]);
    expect(run.instance.wakeAt).toBe(dueAt + 3_000);
    expect(run.fire({ publishedBy: sentAt + 3_000 }).sentNames).toHaveLength(3);
  });
});

describe('a timer that comes again', () => {
  const side = () => new SagaRun(forgiving, { attempts: 2 }).start();
  const others = () => side().reply('reserve').reply('secure');
  const shipping = () => new SagaRun(recallable).start().reply('reserve');
  const undoing = () => new SagaRun(sample).at('charge').refuse('charge');

  it.each<[string, () => SagaRun]>([
    ['of commands side by side', side],
    ['of the last sendings, which turns the saga around', () => side().silence()],
    ['of a window in which nobody mended', () => others().refuse('charge')],
    ['of a step that waits for days', () => others().reply('charge', pending)],
    ['of a pivot that needs a person', () => new SagaRun(sample, { attempts: 1 }).at('ship')],
    ['of a pivot that waits for days', () => shipping().reply('ship', pending)],
    ['behind the pivot', () => new SagaRun(sample).at('confirm')],
    ['of a compensation', undoing],
    ['of a compensation that waits for days', () => undoing().undone('reserve', pending)],
    ['of a compensation that failed', () => undoing().undone('reserve', { outcome: 'dead' })],
  ])('takes effect once: %s', (_, begin) => {
    const again = begin();
    const dueBefore = again.instance.wakeAt ?? 0;
    again.now = dueBefore;
    const { steps, wakeAt } = again.fire({ dueBefore }).instance;
    expect(again.sent).not.toEqual([]);
    // It comes at once, or late, when what it has set is due itself.
    for (const now of [dueBefore, wakeAt ?? dueBefore]) {
      again.now = now;
      expect(again.fire({ dueBefore }).sent).toEqual([]);
      expect(again.instance).toMatchObject({ steps, wakeAt });
      expect(again.last?.history.note).toBeUndefined();
    }
  });

  it('takes effect once where it has only set a clock anew', () => {
    const dueBefore = run.instance.wakeAt ?? 0;
    run.now = dueBefore;
    const { steps, wakeAt } = run.fire({ dueBefore, publishedBy: dueBefore - 1_000 }).instance;
    expect(run.fire({ dueBefore, publishedBy: dueBefore }).sent).toEqual([]);
    expect(run.instance).toMatchObject({ steps, wakeAt });
  });
});

describe('the clock of what is pending', () => {
  it('does not start anew: who says that it takes long has had the command', () => {
    const slow = new SagaRun(forgiving, { attempts: 2, pendingMs: DAYS_MS }).start();
    slow.reply('charge', pending).reply('secure').reply('reserve');
    const { wakeAt } = slow.instance;
    expect(wakeAt).toBe(slow.now + DAYS_MS);
    slow.silence(slow.now + DAYS_MS);
    expect(slow.instance).toMatchObject({
      state: 'compensating',
      cause: { code: 'pending-too-long' },
    });
  });

  it('does not start anew where an undo takes days', () => {
    const slow = new SagaRun(forgiving, { attempts: 2, pendingMs: DAYS_MS }).start();
    slow.cancel().undone('charge', pending).undone('reserve');
    slow.silence(slow.now + DAYS_MS);
    expect(slow.sentNames).toEqual(['refund']);
  });
});

describe('a clock that starts anew', () => {
  it('is that of the command, from when it was published', () => {
    const sentAt = run.instance.steps['charge']?.command?.sentAt ?? 0;
    run.silence(sentAt + 3_000);
    expect(run.sent).toEqual([]);
    expect(run.instance.steps['charge']).toMatchObject({
      state: 'sent',
      command: { sentAt: sentAt + 3_000, dueAt: sentAt + 3_000 + TIMEOUT_MS, attempts: 1 },
    });
    expect(run.instance.wakeAt).toBe(sentAt + 3_000 + TIMEOUT_MS);
  });

  it('is that of the compensation, not of the command before it', () => {
    const { command } = run.cancel().instance.steps['charge'] ?? {};
    const sentAt = run.now;
    run.silence(sentAt + 3_000);
    expect(run.instance.steps['charge']).toMatchObject({
      command,
      state: 'undoing',
      undo: { sentAt: sentAt + 3_000, dueAt: sentAt + 3_000 + TIMEOUT_MS, attempts: 1 },
    });
  });
});
