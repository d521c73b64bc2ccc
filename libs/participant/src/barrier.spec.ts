import { describe, expect, it } from '@jest/globals';
import { BARRIER_KEEP_DAYS, decideBarrier, type BarrierRow, type BarrierState } from './barrier.js';
import { dayText, numberOfDay } from './day.js';
import { reasonOf } from './reply.js';
import { NOW, TODAY, arrived, type Sent } from './spec/commands.js';

const addDays = (day: string, days: number) => dayText(numberOfDay(day) + days);

const row = (state: BarrierState, commandId = 'saga:reserve-stock'): BarrierRow => ({
  issuedOn: TODAY,
  commandId,
  state,
  answerNo: 0,
});

const decide = (command: Sent, rows: BarrierRow[] = [], retried = false, now = NOW) =>
  decideBarrier(
    ({ commandId, issuedOn }) =>
      rows.find((known) => known.commandId === commandId && known.issuedOn === issuedOn),
    arrived(command, retried),
    now,
  );

const undo: Sent = { undoes: 'saga:reserve-stock' };
const forwardKey = { commandId: 'saga:reserve-stock', issuedOn: TODAY };

describe('the barrier', () => {
  it('lets an unknown command pass, and no known one', () => {
    expect(decide({})).toEqual({ kind: 'admit' });
    for (const state of ['handled', 'parked', 'dead'] as const) {
      expect(decide({}, [row(state)])).toEqual({ kind: 'repeat', row: row(state) });
    }
  });

  it('knows a command by its day and its id', () => {
    const other = { ...row('handled'), issuedOn: addDays(TODAY, -1) };
    expect(decide({}, [other])).toEqual({ kind: 'admit' });
  });

  it('refuses for good what was undone, also when it is tried again by hand', () => {
    const undone = { kind: 'refuse', reason: { code: 'undone' }, remember: false };
    expect(decide({}, [row('tombstone')])).toMatchObject(undone);
    expect(decide({ redrive: '1' }, [row('tombstone')])).toMatchObject(undone);
    expect(decide({}, [row('tombstone')], true)).toMatchObject(undone);
  });

  it('tries a dead command again only when redriven, a parked one only as a retry', () => {
    expect(decide({ redrive: '1' }, [row('dead')])).toEqual({ kind: 'admit' });
    expect(decide({ redrive: '1' }, [row('parked')])).toMatchObject({ kind: 'repeat' });
    expect(decide({ redrive: '1' }, [row('handled')])).toMatchObject({ kind: 'repeat' });
    expect(decide({}, [row('parked')], true)).toEqual({ kind: 'admit' });
    expect(decide({}, [row('dead')], true)).toMatchObject({ kind: 'repeat' });
    expect(decide({}, [row('handled')], true)).toMatchObject({ kind: 'repeat' });
  });

  describe('a compensation', () => {
    it('leaves a tombstone where its command never came, or had no effect yet', () => {
      expect(decide(undo)).toEqual({ kind: 'admit', entomb: forwardKey });
      for (const state of ['parked', 'dead'] as const) {
        expect(decide(undo, [row(state)])).toEqual({ kind: 'admit', entomb: forwardKey });
      }
    });

    it('is handled without a tombstone where its command was handled or is undone already', () => {
      expect(decide(undo, [row('handled')])).toEqual({ kind: 'admit' });
      expect(decide(undo, [row('tombstone')])).toEqual({ kind: 'admit' });
    });

    it('needs none for a command whose day is gone: that one has expired', () => {
      const undoesIssuedOn = addDays(TODAY, -BARRIER_KEEP_DAYS);
      expect(decide({ ...undo, undoesIssuedOn })).toEqual({ kind: 'admit' });
      const lastKept = addDays(TODAY, 1 - BARRIER_KEEP_DAYS);
      expect(decide({ ...undo, undoesIssuedOn: lastKept })).toMatchObject({
        entomb: { issuedOn: lastKept },
      });
    });
  });

  describe('time', () => {
    const expired = { kind: 'refuse', reason: { code: 'expired' } };

    it('refuses what comes after its notAfter, and remembers that', () => {
      const notAfter = '2026-03-15T12:00:00.000Z';
      expect(decide({ notAfter })).toEqual({ kind: 'admit' });
      const later = new Date(NOW.getTime() + 1);
      expect(decide({ notAfter }, [], false, later)).toMatchObject({ ...expired, remember: true });
    });

    it('repeats the answer of a known command whatever the time', () => {
      const later = new Date('2026-03-20T00:00:00Z');
      expect(decide({}, [row('handled')], false, later)).toMatchObject({ kind: 'repeat' });
    });

    it('does not write into days that are dropped', () => {
      const issuedOn = addDays(TODAY, -BARRIER_KEEP_DAYS);
      expect(decide({ issuedOn })).toMatchObject({ ...expired, remember: false });
    });

    it('rejects a command that could outlive its barrier row, and one from the future', () => {
      const longest = `${addDays(TODAY, BARRIER_KEEP_DAYS - 1)}T00:00:00.000Z`;
      expect(decide({ notAfter: longest })).toEqual({ kind: 'admit' });
      expect(decide({ notAfter: longest.replace('.000Z', '.001Z') })).toMatchObject({
        kind: 'reject',
        remember: true,
      });
      expect(decide({ issuedOn: addDays(TODAY, 1) })).toEqual({ kind: 'admit' });
      expect(decide({ issuedOn: addDays(TODAY, 2) })).toMatchObject({
        kind: 'reject',
        remember: false,
      });
    });
  });

  it('rejects what is no command of its participant, once', () => {
    expect(decide({ data: { orderId: 'x' } })).toMatchObject({
      kind: 'reject',
      reason: { code: 'invalid-payload' },
      remember: true,
    });
    expect(decide({ name: 'inventory.paint-stock' })).toMatchObject({
      kind: 'reject',
      reason: { code: 'unknown-command' },
    });
    expect(decide({ data: { orderId: 'x' } }, [row('dead')])).toMatchObject({ kind: 'repeat' });
  });
});

describe('reasonOf', () => {
  it('stays within the limits of the message', () => {
    const { code, message } = reasonOf('c'.repeat(100), 'm'.repeat(5000));
    expect([code.length, message.length]).toEqual([64, 2000]);
  });
});
