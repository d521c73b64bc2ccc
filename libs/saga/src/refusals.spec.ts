import { beforeEach, describe, expect, it } from '@jest/globals';
import { stepsOf, type SagaDefinition, type Step } from './definition.js';
import { forgiving, MEND_WINDOW_MS, money, SagaRun, windowed } from './spec/saga-run.js';

let run: SagaRun;
beforeEach(() => {
  run = new SagaRun(forgiving).start();
});

describe('compensable steps side by side', () => {
  it('are sent at once, and the next group when all of them are settled', () => {
    expect(run.sentNames).toEqual(['reserve', 'charge', 'secure']);
    expect(run.reply('charge').sentNames).toEqual([]);
    expect(run.reply('reserve').sentNames).toEqual([]);
    expect(run.reply('secure').sentNames).toEqual(['ship']);
  });

  it('are undone at once, also those that are still out', () => {
    run.reply('charge').refuse('reserve');
    expect(run.sentNames).toEqual(['refund']);
    expect(run.state('secure')).toBe('undoing');
    expect(run.undone('charge').sentNames).toEqual(['cancel']);
    expect(run.undone('create').instance.state).toBe('compensated');
    expect(run.state('secure')).toBe('undone');
  });
});

describe('a success that changes the input', () => {
  it('is seen by every later command', () => {
    run
      .reply('reserve', { result: { number: 7 } })
      .reply('charge')
      .reply('secure');
    expect(run.sent[0]?.payload).toEqual({ id: 'order-1+7' });
    expect(run.instance.input).toEqual({ id: 'order-1+7' });
  });

  it('leaves what it was before in the history', () => {
    run.reply('reserve', { result: { number: 7 } });
    expect(run.last?.history.detail?.inputBefore).toEqual({ id: 'order-1' });
    expect(run.reply('charge').last?.history.detail).not.toHaveProperty('inputBefore');
  });
});

describe('a refusal that the saga can do without', () => {
  it('leaves its step refused and goes on', () => {
    run.reply('reserve').reply('charge').refuse('secure');
    expect(run.state('secure')).toBe('refused');
    expect(run.note).toBe("goes on without 'secure'");
    expect(run.sentNames).toEqual(['ship']);
    expect(run.reply('ship').reply('confirm').instance.state).toBe('completed');
  });
});

describe('a refusal that no contract declares', () => {
  it('turns the saga around, also where the contract declares none at all', () => {
    const [first, group, ...rest] = forgiving.groups;
    const strict = group?.map((step) => {
      const { on: _, ...silent } = step;
      return silent;
    });
    run = new SagaRun({ ...forgiving, groups: [first ?? [], strict ?? [], ...rest] }).start();
    run.reply('charge', { name: 'saga.command-refused', outcome: 'refused' });
    expect(run.instance.cause?.code).toBe('saga.command-refused');
    expect(run.sentNames).toEqual(['release']);
  });
});

describe('a refusal that can be mended', () => {
  beforeEach(() => {
    run.reply('reserve').reply('secure').refuse('charge');
  });

  it('waits, and is then tried as a new command with the better input', () => {
    expect(run.instance).toMatchObject({ state: 'running', wakeAt: run.now + MEND_WINDOW_MS });
    expect(run.note).toBe("'charge' waits for a better input");
    expect(run.state('charge')).toBe('refused');
    run.mend('charge', { id: 'better' });
    expect(run.sent[0]).toMatchObject({
      commandId: 'saga-1:charge:2',
      payload: { id: 'better' },
      resend: 0,
    });
    expect(run.reply('charge').sentNames).toEqual(['ship']);
  });

  it('holds up what comes after its group, whatever is answered beside it', () => {
    run = new SagaRun(forgiving).start().refuse('charge').reply('reserve').reply('secure');
    expect(run.sent).toEqual([]);
    expect(run.mend('charge', { id: 'better' }).sentNames).toEqual(['charge']);
    expect(run.reply('charge').sentNames).toEqual(['ship']);
  });

  it('can be refused and mended again, and each time has the whole window', () => {
    run.now += MEND_WINDOW_MS - 1;
    run.mend('charge', { id: 'b' }).refuse('charge');
    expect(run.instance.wakeAt).toBe(run.now + MEND_WINDOW_MS);
    expect(run.mend('charge', { id: 'c' }).sent[0]?.commandId).toBe('saga-1:charge:3');
    expect(run.silence().sent[0]).toMatchObject({ commandId: 'saga-1:charge:3', resend: 1 });
  });

  it('waits as long as the input says, and not at all when it says so', () => {
    const windowOf = ({ id }: { id: string }) => (id === 'nobody' ? 0 : Number(id));
    run = new SagaRun(windowed(windowOf)).start({ id: '5000' }).refuse('charge');
    expect(run.instance).toMatchObject({ state: 'running', wakeAt: run.now + 5000 });
    run = new SagaRun(windowed(windowOf)).start({ id: 'nobody' }).refuse('charge');
    expect(run.instance).toMatchObject({ state: 'compensated', cause: { code: 'no' } });
    run = new SagaRun(windowed(windowOf)).start({ id: 'odd' }).refuse('charge');
    expect(run.instance.state).toBe('compensated');
  });

  it('turns the saga around when nobody mends it in time, for the reason of the refusal', () => {
    run.now += MEND_WINDOW_MS - 1;
    run.fire();
    expect(run.instance.state).toBe('running');
    run.silence();
    expect(run.instance).toMatchObject({ state: 'compensating', cause: { code: 'no' } });
    expect(run.note).toBe("nobody brought a better input for 'charge' in time");
    expect(run.sentNames).toEqual(['release']);
    expect(run.undone('reserve').sentNames).toEqual(['cancel']);
    expect(run.mend('charge', { id: 'late' }).sent).toEqual([]);
    expect(run.note).toContain('already being undone');
    expect(run.undone('create').instance).toMatchObject({ state: 'compensated', wakeAt: null });
  });

  it.each([
    ['a step that is not refused', 'reserve', { id: 'x' }, "'reserve' is done"],
    ['a step that does not exist', 'other', { id: 'x' }, "no step 'other'"],
    ['data that does not fit', 'charge', { id: 7 }, "data for 'charge' does not fit: id"],
  ])('changes nothing by a mend of %s', (_, step, data, note) => {
    const before = run.instance.steps;
    run.mend(step, data);
    expect(run.note).toContain(note);
    expect(run.instance.steps).toEqual(before);
    expect(run.sent).toEqual([]);
  });

  it('takes no second mend while the mended command is out, nor after it was answered', () => {
    const { steps } = run.mend('charge', { id: 'better' }).instance;
    run.mend('charge', { id: 'best' });
    expect(run.note).toContain("'charge' is sent and waits for no better input");
    expect(run.instance).toMatchObject({ steps, input: { id: 'better' } });
    expect(run.reply('charge').mend('charge', { id: 'best' }).note).toContain("'charge' is done");
  });

  it('takes no mend for a refusal that it went on without', () => {
    run = new SagaRun(forgiving).start().refuse('secure').mend('secure', { id: 'x' });
    expect(run.note).toContain('waits for no better input');
  });

  it('is what it was when it was refused, whatever a newer version makes of it', () => {
    const as = (name: string, other: string): SagaDefinition => {
      const on = stepsOf(forgiving).find((step) => step.name === other)?.on;
      const change = (step: Step) => (step.name === name && on ? { ...step, on } : step);
      return { ...forgiving, version: 2, groups: forgiving.groups.map((g) => g.map(change)) };
    };
    run.move(as('charge', 'secure')).mend('charge', { id: 'x' });
    expect(run.note).toContain('waits for no better input');
    run = new SagaRun(forgiving).start().refuse('secure').move(as('secure', 'charge'));
    expect(run.instance.version).toBe(2);
    expect(run.mend('secure', { id: 'x' }).note).toContain('waits for no better input');
    const silent = ({ on, ...step }: Step): Step =>
      step.name === 'charge' || !on ? step : { ...step, on };
    const groups = forgiving.groups.map((group) => group.map(silent));
    run = new SagaRun(forgiving)
      .start()
      .refuse('charge')
      .move({ ...forgiving, version: 2, groups });
    expect(run.mend('charge', { id: 'x' }).note).toContain('waits for no better input');
  });

  it('gives way to a cancel', () => {
    run.cancel();
    expect(run.instance.cause?.code).toBe('customer');
    expect(run.sentNames).toEqual(['release']);
    expect(run.state('charge')).toBe('refused');
  });

  it('takes answers to the earlier command for late, and counts what they report', () => {
    run.mend('charge', { id: 'better' });
    run.replyTo('saga-1:charge', { outcome: 'refused', name: 'refused' });
    expect(run.note).toContain("late refused recorded for 'charge'");
    expect(run.state('charge')).toBe('sent');
    run.replyTo('saga-1:charge:12', { effects: [money(5, 0, 1)] });
    expect(run.instance.ledger['payment:order-1']?.step).toBe('charge');
    for (const id of ['saga-1:charge:x', 'saga-1:charge:2x', 'saga-1:charge:x:2']) {
      expect(run.replyTo(id).note).toContain(`no command ${id} was sent`);
    }
  });

  it('undoes an effect that turns up although everything was refused', () => {
    run.hold().mend('charge', { id: 'better' }).cancel().release();
    expect(run.state('charge')).toBe('skipped');
    run.undone('reserve').undone('create');
    expect(run.instance.state).toBe('compensated');
    run.replyTo('saga-1:charge', { effects: [money(5, 0, 1)] });
    expect(run.sent[0]).toMatchObject({ commandId: 'saga-1:charge:undo' });
    run.undone('charge', { effects: [money(5, 5, 2)] });
    expect(run.instance.state).toBe('compensated');
  });
});

describe('a pivot that can be mended', () => {
  beforeEach(() => {
    run.reply('reserve').reply('secure').reply('charge');
  });

  it('is cancelled at once while it waits for a better input', () => {
    run.refuse('ship').cancel();
    expect(run.instance).toMatchObject({ state: 'compensating', cause: { code: 'customer' } });
  });

  it('waits for nothing when the customer had cancelled before it was refused', () => {
    run.cancel();
    expect(run.note).toContain('waits for the answer of the pivot');
    expect(run.refuse('ship').instance.state).toBe('compensating');
  });

  it('goes on when it is mended', () => {
    run.refuse('ship').mend('ship', { id: 'elsewhere' });
    expect(run.sent[0]?.payload).toEqual({ id: 'elsewhere' });
    expect(run.reply('ship').reply('confirm').instance.state).toBe('completed');
  });
});
