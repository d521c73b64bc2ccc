import { beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { stepsOf, type SagaDefinition, type Step } from './definition.js';
import type { StepStateName } from './instance.js';
import { charge, confirm, forgiving, money, sample, SagaRun, ship } from './spec/saga-run.js';
import type { VersionMapping } from './version-mapping.js';
import { previewMove } from './versions.js';

let run: SagaRun;
beforeEach(() => {
  run = new SagaRun().start().reply('reserve');
});

const payload = () => ({ id: 'x' });
const retriable = (name: string): Step => ({ name, kind: 'retriable', command: confirm, payload });

/** The sample's second version, with its steps changed one by one; null takes one out. */
const second = (
  change: (step: Step) => Step | null,
  mapping?: Omit<VersionMapping, 'from'>,
): SagaDefinition => ({
  ...sample,
  version: 2,
  groups: sample.groups
    .map((group) => group.flatMap((step) => change(step) ?? []))
    .filter((group) => group.length > 0),
  ...(mapping && { movesFrom: [{ from: 1, ...mapping }] }),
});
const same = (step: Step): Step => step;
const rename = (from: string, to: string) => (step: Step) =>
  step.name === from ? { ...step, name: to } : step;
const without = (name: string) => (step: Step) => (step.name === name ? null : step);
const insertedAfter = (index: number, step: Step, mapping?: Omit<VersionMapping, 'from'>) => {
  const changed = second(same, mapping);
  return { ...changed, groups: changed.groups.toSpliced(index, 0, [step]) };
};
const preview = (to: SagaDefinition) => previewMove(sample, to, run.instance);

describe('the preview of a move', () => {
  it('finds compatible what has only changed beyond where the instance is', () => {
    expect(preview(second(same))).toEqual({ verdict: 'compatible', problems: [] });
    expect(preview(second(without('notify'))).verdict).toBe('compatible');
    expect(preview(second(rename('ship', 'send'))).verdict).toBe('compatible');
    expect(preview(insertedAfter(5, retriable('weigh'))).verdict).toBe('compatible');
  });

  it.each([
    ['renamed', second(rename('charge', 'bill')), "'charge' is sent and exists no more"],
    ['gone', second(without('reserve')), "'reserve' is done and exists no more"],
    [
      'new, and its place is past',
      insertedAfter(1, { ...retriable('check'), kind: 'compensable' }),
      "'check' has not begun",
    ],
    [
      'an input of another shape',
      { ...second(same), input: z.object({ id: z.string(), email: z.string() }) },
      'input does not fit: email',
    ],
    [
      'one whose mapping throws',
      second(same, {
        input: () => {
          throw new TypeError('no such email');
        },
      }),
      'its input cannot be mapped: no such email',
    ],
    [
      'one whose mapping throws anything',
      second(same, {
        input: () => {
          // eslint-disable-next-line @typescript-eslint/only-throw-error -- a mapping is anybody's code
          throw 'no';
        },
      }),
      'its input cannot be mapped: no',
    ],
  ])('asks for a mapping where a step is %s', (_, to, problem) => {
    const { verdict, problems } = preview(to);
    expect(verdict).toBe('needs-mapping');
    expect(problems.join('\n')).toContain(problem);
  });

  it.each([
    [
      'waits for an answer to another command',
      second((step) => (step.name === 'charge' ? { ...step, command: ship } : step)),
      "'charge' waits for an answer to charge v1",
    ],
    [
      'waits for an answer to another version of its command',
      second((step) =>
        step.name === 'charge' ? { ...step, command: { ...charge, version: 2 } } : step,
      ),
      "'charge' waits for an answer to charge v1",
    ],
    [
      'has become another kind',
      second((step) => (step.name === 'reserve' ? { ...step, kind: 'pivot' } : step)),
      "'reserve' is done, and was compensable, not pivot",
    ],
    [
      'was dropped, and could no longer be undone',
      second(without('reserve'), { dropped: ['reserve'] }),
      "'reserve' is done: what it did",
    ],
  ])('lets an instance stay whose step %s', (_, to, problem) => {
    const { verdict, problems } = preview(to);
    expect(verdict).toBe('must-stay');
    expect(problems.join('\n')).toContain(problem);
  });

  it('lets stay what is being undone or has ended', () => {
    run.refuse('charge');
    expect(preview(second(same))).toEqual({
      verdict: 'must-stay',
      problems: ['it is compensating'],
    });
  });

  it('lets go of steps that have had no effect that might be undone', () => {
    const dropped = second(without('charge'), { dropped: ['charge'] });
    expect(preview(dropped).verdict).toBe('must-stay');
    const done = { state: 'done' as const };
    const steps = { ...run.instance.steps, charge: { state: 'skipped' as const } };
    expect(previewMove(sample, dropped, { ...run.instance, steps }).verdict).toBe('compatible');
    const all = Object.fromEntries(stepsOf(sample).map(({ name }) => [name, done]));
    const late = second(without('notify'), { dropped: ['notify'] });
    expect(
      previewMove(sample, late, { ...run.instance, steps: { ...all, confirm: { state: 'sent' } } })
        .verdict,
    ).toBe('compatible');
  });

  it('knows a step that is pending for one that is out', () => {
    run.reply('charge', { name: 'saga.command-pending', outcome: 'pending' });
    const to = second((step) => (step.name === 'charge' ? { ...step, command: ship } : step));
    expect(preview(to).verdict).toBe('must-stay');
    const beside = second(same);
    const check: Step = { ...retriable('check'), kind: 'compensable', command: charge };
    const groups = beside.groups.map((group, index) => (index === 2 ? [...group, check] : group));
    expect(preview({ ...beside, groups }).verdict).toBe('compatible');
  });

  it('tells what may be dropped by what has become of it', () => {
    const verdictOf = (name: string, state: StepStateName) => {
      const steps = { ...run.instance.steps, [name]: { state } };
      const to = second(without(name), { dropped: [name] });
      return previewMove(sample, to, { ...run.instance, steps }).verdict;
    };
    expect(verdictOf('charge', 'refused')).toBe('compatible');
    expect(verdictOf('charge', 'waiting')).toBe('compatible');
    expect(verdictOf('charge', 'done')).toBe('must-stay');
    expect(verdictOf('notify', 'sent')).toBe('must-stay');
  });

  it('takes no mapping that is for instances of another version', () => {
    const renamed = { charge: 'bill' };
    const to = { ...second(rename('charge', 'bill')), movesFrom: [{ from: 9, renamed }] };
    expect(preview(to).verdict).toBe('needs-mapping');
    expect(preview({ ...to, movesFrom: [...to.movesFrom, { from: 1, renamed }] }).verdict).toBe(
      'compatible',
    );
  });

  it('does not look at the kind of a step that was skipped', () => {
    const to = second((step) => (step.name === 'secure' ? { ...step, kind: 'pivot' } : step));
    const steps = {
      ...run.instance.steps,
      charge: { state: 'done' as const },
      secure: { state: 'skipped' as const },
    };
    expect(previewMove(sample, to, { ...run.instance, steps }).verdict).toBe('compatible');
  });

  it('changes nothing', () => {
    const before = JSON.stringify(run.instance);
    preview(second(rename('charge', 'bill'), { renamed: { charge: 'bill' } }));
    expect(JSON.stringify(run.instance)).toBe(before);
  });
});

describe('a move', () => {
  it('goes on by the newer version, also with the answers to what was sent by the older one', () => {
    run.reply('charge', { effects: [money(5, 0, 1)] });
    const to = second((step) => rename('secure', 'lock')(rename('charge', 'bill')(step)), {
      renamed: { charge: 'bill', secure: 'lock' },
    });
    run.move(to);
    expect(run.note).toContain('moved from v1 to v2');
    expect(run.instance).toMatchObject({
      version: 2,
      ledger: { 'payment:order-1': { step: 'bill' } },
    });
    expect(run.instance.steps).toMatchObject({ bill: { state: 'done' }, lock: { state: 'sent' } });
    run.replyTo('saga-1:secure');
    expect(run.state('lock')).toBe('done');
    expect(run.sentNames).toEqual(['ship']);
    run.refuse('ship');
    expect(run.sent[0]).toMatchObject({
      commandId: 'saga-1:bill:undo',
      undoes: { commandId: 'saga-1:charge' },
    });
    run.undone('bill', { effects: [money(5, 5, 2)] });
    expect(run.state('bill')).toBe('undone');
  });

  it('keeps no name under which nothing was sent', () => {
    const held = new SagaRun().start().hold().reply('reserve');
    held.move(second(rename('charge', 'bill'), { renamed: { charge: 'bill' } }));
    expect(held.instance.version).toBe(2);
    expect(held.release().sent).toMatchObject([{ commandId: 'saga-1:bill' }]);
    expect(held.instance.steps['bill']).not.toHaveProperty('formerNames');
  });

  it('leaves alone what is not on the version that it names', () => {
    const [v1, v2, v3] = [1, 2, 3].map((version) => ({ ...sample, version }));
    if (!v1 || !v2 || !v3) throw new Error('there are three');
    run.move(v2, 1).move(v3, 2);
    expect(run.instance.version).toBe(3);
    const before = run.instance.steps;
    run.move(v2, 1);
    expect(run.note).toBe('move to v2 recorded: it is on v3, not on v1');
    expect(run.instance).toMatchObject({ version: 3, steps: before });
    expect(run.sent).toEqual([]);
    // Without a name it is taken back.
    run.move(v2);
    expect(run.instance.version).toBe(2);
  });

  it('asks again under the id that the older version gave', () => {
    run.move(second(rename('charge', 'bill'), { renamed: { charge: 'bill' } })).silence();
    expect(run.sent).toMatchObject([{ step: 'bill', commandId: 'saga-1:charge', resend: 1 }]);
    run.reply('bill', { name: 'saga.command-pending', outcome: 'pending' }).retry('bill');
    expect(run.sent).toMatchObject([{ step: 'bill', commandId: 'saga-1:charge', resend: 2 }]);
    run.replyTo('saga-1:charge');
    expect(run.state('bill')).toBe('done');
  });

  it('knows what was sent under each name that a step has had', () => {
    const called = (from: string, to: string, version: number): SagaDefinition => ({
      ...{ ...forgiving, version },
      groups: forgiving.groups.map((group) => group.map(rename('charge', to))),
      movesFrom: [{ from: version - 1, renamed: { [from]: to } }],
    });
    run = new SagaRun(forgiving)
      .start()
      .refuse('charge')
      .move(called('charge', 'bill', 2));
    run
      .mend('bill', { id: 'b' })
      .refuse('bill')
      .move(called('bill', 'take', 3));
    run.mend('take', { id: 'c' });
    expect(run.sent).toMatchObject([{ step: 'take', commandId: 'saga-1:take:3' }]);
    expect(run.instance.steps['take']?.formerNames).toEqual(['charge', 'bill']);
    expect(run.instance.steps['reserve']).not.toHaveProperty('formerNames');
    for (const id of ['saga-1:charge', 'saga-1:charge:2', 'saga-1:bill:2', 'saga-1:take:2']) {
      run.replyTo(id);
      expect(run.note).toContain("late succeeded recorded for 'take'");
    }
    run.replyTo('saga-1:charge', { effects: [money(5, 0, 1)] });
    expect(run.instance.ledger).toMatchObject({ 'payment:order-1': { step: 'take' } });
    for (const id of ['saga-1:bill:x', 'saga-1:ship', 'saga-1:bil']) {
      run.replyTo(id);
      expect(run.note).toBe(`reply recorded: no command ${id} was sent`);
    }
  });

  it('does not give the name of a command that is out to another step', () => {
    run.move(second(rename('charge', 'bill'), { renamed: { charge: 'bill' } }));
    const other = { ...insertedAfter(5, retriable('charge')), version: 3 };
    const groups = other.groups.map((group) =>
      group.map((step) => (step.kind === 'retriable' ? step : rename('charge', 'bill')(step))),
    );
    run.move({ ...other, groups });
    expect(run.instance.version).toBe(2);
    expect(run.note).toBe(
      "move to v3 recorded: must-stay: 'charge' is another step there, and what 'bill' was called",
    );
    // Nor while what bears it waits to be sent once more, or is left behind itself.
    const waiting = { ...run.instance, steps: { ...run.instance.steps } };
    waiting.steps['bill'] = { ...waiting.steps['bill'], state: 'waiting' };
    const from = second(rename('charge', 'bill'), { renamed: { charge: 'bill' } });
    const dropping = { ...other, movesFrom: [{ from: 2, dropped: ['bill'] }] };
    for (const to of [{ ...other, groups }, dropping]) {
      expect(previewMove(from, to, waiting).problems.join()).toContain("what 'bill' was called");
    }
    // Its own name of before is nobody else's.
    run.move({
      ...{ ...second(same), version: 3 },
      movesFrom: [{ from: 2, renamed: { bill: 'charge' } }],
    });
    expect(run.instance.version).toBe(3);
    run.replyTo('saga-1:charge');
    expect(run.state('charge')).toBe('done');
  });

  it('sends what the newer version has beside or right after where the instance is', () => {
    run = new SagaRun().start().reply('reserve').reply('charge').reply('secure').reply('ship');
    const beside = second(same);
    const groups = beside.groups.map((group, index) =>
      index === beside.groups.length - 1 ? [...group, retriable('survey')] : group,
    );
    run.move({ ...beside, groups });
    expect(run.sent.map(({ step }) => step)).toEqual(['survey']);
  });

  it('skips what is new and past, where the mapping says so', () => {
    const check: Step = { ...retriable('check'), kind: 'compensable' };
    run.move(insertedAfter(1, check, { skipped: ['check'] }));
    expect(run.state('check')).toBe('skipped');
    expect(run.state('charge')).toBe('sent');
  });

  it('skips what is new beside steps that are all over', () => {
    run = new SagaRun(sample).start().hold().reply('reserve');
    const to = second(same, { skipped: ['check'] });
    const check: Step = { ...retriable('check'), kind: 'compensable', command: charge };
    const groups = to.groups.map((group, index) => (index === 1 ? [...group, check] : group));
    run.move({ ...to, groups });
    expect(run.state('check')).toBe('skipped');
    expect(run.release().sentNames).toEqual(['charge']);
  });

  it('asks for what is new beside steps that are all over, though one before them is out', () => {
    const [, group = []] = forgiving.groups;
    const [early, late] = [group.slice(0, 1), group.slice(1, 2)];
    const check: Step = { ...retriable('check'), kind: 'compensable', command: charge };
    const groups = forgiving.groups.toSpliced(1, 1, early, [...late, check], group.slice(2));
    run = new SagaRun(forgiving).start().reply('charge');
    const known = { ...forgiving, groups: forgiving.groups.toSpliced(1, 1, early, late) };
    expect(previewMove(known, { ...forgiving, version: 2, groups }, run.instance)).toEqual({
      verdict: 'needs-mapping',
      problems: ["'check' has not begun, and its place is past: is it skipped?"],
    });
  });

  it('leaves behind what was dropped', () => {
    run = new SagaRun().start().reply('reserve').reply('charge').reply('secure').reply('ship');
    run.reply('notify').move(second(without('notify'), { dropped: ['notify'] }));
    expect(run.instance.steps).not.toHaveProperty('notify');
    expect(run.reply('confirm').instance.state).toBe('completed');
  });

  it('takes the mapped input', () => {
    run.move({
      ...second(same, { input: () => ({ id: 'mapped', email: 'a@b.c' }) }),
      input: z.object({ id: z.string(), email: z.string() }),
    });
    expect(run.instance.input).toEqual({ id: 'mapped', email: 'a@b.c' });
    expect(run.last?.history.detail).toMatchObject({ toVersion: 2 });
  });

  it('is recorded and changes nothing where it cannot be done', () => {
    run.move(second(rename('charge', 'bill')));
    expect(run.note).toContain('needs-mapping');
    expect(run.instance.version).toBe(1);
    run.move(second((step) => (['reserve', 'charge'].includes(step.name) ? null : step)));
    expect(run.note).toBe(
      'move to v2 recorded: needs-mapping: ' +
        "'reserve' is done and exists no more: renamed, dropped?; " +
        "'charge' is sent and exists no more: renamed, dropped?",
    );
    expect(new SagaRun().move(second(same)).note).toContain('begins on the latest version');
  });
});
