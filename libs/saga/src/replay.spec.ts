import { describe, expect, it } from '@jest/globals';
import type { SagaDefinition, Step } from './definition.js';
import { keptEntry } from './history-detail.js';
import type { SagaInstance } from './instance.js';
import type { HistoryEntry } from './messages.js';
import { asOfRevision, replay } from './replay.js';
import { otherEnd } from './replay-compare.js';
import { cancel, forgiving, money, recallable, sample, SagaRun, ship } from './spec/saga-run.js';

const find =
  (...definitions: SagaDefinition[]) =>
  (version: number) =>
    definitions.find((definition) => definition.version === version);

const ofRun = (run: SagaRun, ...definitions: SagaDefinition[]) =>
  replay(find(...definitions), run.instance, run.history);

const hasId = (input: unknown, id: string) => (input as { id: string }).id === id;

/** Every kind of message, as it could have been read back from where it was stored. */
const eventful = (): SagaRun =>
  new SagaRun(forgiving)
    .start()
    .silence()
    .silence(Infinity)
    .hold()
    .reply('reserve', { result: { number: 7 } })
    .release()
    .reply('secure')
    .refuse('charge')
    .mend('charge', { id: 'better' })
    .reply('charge', { effects: [money(5, 0, 1)] })
    .refuse('ship')
    .cancel()
    .undone('charge', { effects: [money(5, 5, 2)] })
    .undone('reserve')
    .undone('create')
    .report(money(5, 5, 3));

describe('a replay', () => {
  it('names the message that cannot be decided any more', () => {
    const run = new SagaRun().at('charge');
    const payload = () => {
      throw new TypeError('no items');
    };
    const groups = sample.groups.map((group) =>
      group.map((step) => (step.name === 'charge' ? { ...step, payload } : step)),
    );
    expect(ofRun(run, { ...sample, groups })).toEqual({
      verdict: 'different',
      difference: 'revision 2 (reply): cannot be decided: no items',
    });
  });

  it('of an unchanged saga finds the same, from what was stored', () => {
    const run = eventful();
    expect(run.instance.state).toBe('compensated');
    const history = JSON.parse(JSON.stringify(run.history)) as HistoryEntry[];
    const instance = JSON.parse(JSON.stringify(run.instance)) as typeof run.instance;
    expect(replay(find(forgiving), instance, history)).toEqual({ verdict: 'same' });
  });

  it('follows a move from version to version', () => {
    const second = { ...sample, version: 2, groups: sample.groups.slice(0, -1) };
    const run = new SagaRun().start().reply('reserve').move(second);
    run.reply('charge').reply('secure').reply('ship');
    expect(run.instance.state).toBe('completed');
    expect(ofRun(run, sample, second)).toEqual({ verdict: 'same' });
    expect(ofRun(run, sample)).toMatchObject({ verdict: 'incomplete' });
    expect(ofRun(run, second).difference).toContain('was decided by v1, which is gone');
  });

  it('takes no instance back that a late copy of a move did not take back', () => {
    const second = { ...sample, version: 2 };
    const third = { ...sample, version: 3 };
    const run = new SagaRun().start().move(second, 1).move(third, 2).move(second, 1);
    for (const step of ['reserve', 'charge', 'secure', 'ship', 'confirm', 'notify'])
      run.reply(step);
    expect(run.instance).toMatchObject({ state: 'completed', version: 3 });
    expect(ofRun(run, sample, second, third)).toEqual({ verdict: 'same' });
  });

  it('begins with the input of before the move that has changed it', () => {
    const change = (step: Step): Step =>
      step.name === 'secure' ? { ...step, when: ({ input }) => hasId(input, 'order-1') } : step;
    const first = { ...sample, groups: sample.groups.map((group) => group.map(change)) };
    const movesFrom = [{ from: 1, input: () => ({ id: 'another' }) }];
    const run = new SagaRun(first).start().reply('reserve').reply('charge');
    run.move({ ...sample, version: 2, movesFrom }).reply('secure');
    expect(ofRun(run, first, { ...sample, version: 2, movesFrom })).toEqual({ verdict: 'same' });
  });

  it('begins with the input of then, and follows what results decide', () => {
    const change = (step: Step): Step => {
      if (step.name === 'secure') return { ...step, when: ({ input }) => hasId(input, 'order-1') };
      if (step.name !== 'confirm') return step;
      return {
        ...step,
        when: ({ results }) => (results['ship'] as { number?: number }).number === 7,
      };
    };
    const definition = { ...forgiving, groups: forgiving.groups.map((g) => g.map(change)) };
    const run = new SagaRun(definition).start().reply('reserve').reply('secure').refuse('charge');
    run
      .mend('charge', { id: 'better' })
      .reply('charge')
      .reply('ship', { result: { number: 7 } });
    expect(run.sentNames).toEqual(['confirm']);
    expect(ofRun(run, definition)).toEqual({ verdict: 'same' });
  });

  it('compares steps and commands, entry by entry', () => {
    const run = new SagaRun().start().silence().reply('reserve');
    const other = (change: Partial<HistoryEntry>) => {
      const history = run.history.map((entry, at) => (at === 2 ? { ...entry, ...change } : entry));
      return replay(find(sample), run.instance, history).verdict;
    };
    const [first, ...rest] = run.history[2]?.changes ?? [];
    expect(other({})).toBe('same');
    expect(other({ changes: [{ step: first?.step ?? '', to: 'refused' }, ...rest] })).toBe(
      'different',
    );
    expect(other({ changes: [{ step: 'ship', to: 'done' }, ...rest] })).toBe('different');
    expect(other({ sent: ['saga-1:other'] })).toBe('different');
    const old = run.history.map((entry) => {
      const { changes: _, ...silent } = entry;
      return silent;
    });
    expect(replay(find(sample), run.instance, old).difference).toContain(
      'then {"state":"running","changes":[],',
    );
  });

  it('decides with the timing of then', () => {
    const run = new SagaRun(sample, { attempts: 1, timeoutMs: 50 }).start().silence();
    expect(run.instance.state).toBe('compensating');
    expect(run.history[0]?.detail?.timing).toEqual({ attempts: 1, timeoutMs: 50 });
    expect(ofRun(run, sample)).toEqual({ verdict: 'same' });
  });

  it('fires by a timer what was due when it was written, also where that was not kept', () => {
    const run = new SagaRun(forgiving, { attempts: 2 }).start();
    const dueBefore = run.instance.wakeAt ?? 0;
    run.now += 1_000;
    run.retry('charge').retry('secure');
    run.now = dueBefore + 3_600_000;
    expect(run.fire({ dueBefore }).sentNames).toEqual(['reserve']);
    expect(ofRun(run, forgiving).verdict).toBe('same');
    const before = new SagaRun(forgiving, { attempts: 2 }).start().silence().silence();
    for (const entry of before.history) {
      if (entry.detail) Reflect.deleteProperty(entry.detail, 'dueBefore');
    }
    expect(before.instance.state).toBe('compensating');
    expect(ofRun(before, forgiving).verdict).toBe('same');
  });

  it('names the first revision that would go another way', () => {
    const run = new SagaRun().start().reply('reserve').reply('charge').reply('secure');
    const shorter = { ...sample, groups: sample.groups.toSpliced(2, 1) };
    const { verdict, difference } = ofRun(run, shorter);
    expect(verdict).toBe('different');
    expect(difference).toContain('revision 2 (reply): then {"state":"running"');
  });

  it('compares what was moved in the end', () => {
    const run = new SagaRun()
      .start()
      .reply('reserve')
      .reply('charge', { effects: [money(5, 0, 1)] });
    run.instance = { ...run.instance, ledger: {} };
    expect(ofRun(run, sample).difference).toContain('ledger: then []');
    run.instance = { ...run.instance, ledger: { a: { ...money(5, 1, 1), step: 'charge' } } };
    expect(ofRun(run, sample).difference).toBe(
      'ledger: then ["payment:order-1 charge 5 1"], now ["payment:order-1 charge 5 0"]',
    );
  });

  it('compares it in whatever order it is stored', () => {
    const effects = [money(5, 0, 1), { ...money(3, 0, 1), id: 'stock' }];
    const run = new SagaRun().start().reply('reserve', { effects });
    const ledger = Object.fromEntries(Object.entries(run.instance.ledger).toReversed());
    run.instance = { ...run.instance, ledger };
    expect(ofRun(run, sample)).toEqual({ verdict: 'same' });
  });

  it('compares what commands say, forward and back', () => {
    const run = eventful();
    const said = (change: (step: Step) => Step) => {
      const groups = forgiving.groups.map((group) => group.map(change));
      return ofRun(run, { ...forgiving, groups });
    };
    const payload = ({ input }: { input: unknown }) => ({ ...(input as object), amount: 5 });
    const of =
      (name: string, change: Partial<Step>) =>
      (step: Step): Step =>
        step.name === name ? { ...step, ...change } : step;
    expect(said(of('reserve', {}))).toEqual({ verdict: 'same' });
    expect(said(of('reserve', { payload })).difference).toMatch(
      /^revision 1 \(start\): what saga-1:reserve says \(reserve\): then [0-9a-f]{16}, now [0-9a-f]{16}$/,
    );
    // Of two that are sent by one message it is named which.
    expect(said(of('secure', { payload })).difference).toContain('1 (start): what saga-1:secure');
    // With a better input it was a new command, built by the same function.
    const late = ({ input }: { input: unknown }) => (hasId(input, 'better') ? {} : input);
    expect(said(of('charge', { payload: late })).difference).toContain('what saga-1:charge:2 says');
    expect(said(of('charge', { command: ship })).difference).toContain('says (ship): then');
    const compensation = { command: cancel, payload };
    expect(said(of('charge', { compensation })).difference).toMatch(/what saga-1:charge:undo says/);
  });

  it('shows no difference of what a command says where that was not kept, and counts it', () => {
    const run = new SagaRun().start().reply('reserve');
    const bare = run.history.map(({ detail, ...entry }) => {
      const { payloads: _, ...rest } = detail ?? { jitter: 0 };
      return { ...entry, detail: rest };
    });
    const payload = () => ({ id: 'another' });
    const groups = sample.groups.map((group) => group.map((step) => ({ ...step, payload })));
    const changed = { ...sample, groups };
    expect(ofRun(run, changed)).toMatchObject({ verdict: 'different' });
    expect(replay(find(changed), run.instance, bare)).toEqual({ verdict: 'same', unmarked: 2 });
    const [first] = run.history;
    if (!first) throw new Error('there is no history');
    const half = [first, ...bare.slice(1)];
    expect(replay(find(sample), run.instance, half)).toEqual({ verdict: 'same', unmarked: 1 });
  });

  it('compares what a recall says', () => {
    const run = new SagaRun(recallable).start().reply('reserve').cancel();
    const recalled = (step: Step): Step =>
      step.recall ? { ...step, recall: { ...step.recall, payload: () => ({ id: '' }) } } : step;
    const groups = recallable.groups.map((group) => group.map(recalled));
    expect(ofRun(run, recallable)).toEqual({ verdict: 'same' });
    expect(ofRun(run, { ...recallable, groups }).difference).toContain('what saga-1:ship:recall');
  });

  it.each<[string, Partial<SagaInstance>, string]>([
    ['input', { input: { id: 'better', card: 'x' } }, "input: another one at 'card'"],
    ['input within', { input: { id: { a: [1, 2] } } }, "input: another one at 'id'"],
    ['whole input', { input: null }, "input: another one at ''"],
    ['version', { version: 2 }, 'version: then ["2"], now ["1"]'],
    ['cause', { cause: { code: 'no', message: '' } }, 'cause: then ["no"], now ["customer"]'],
    ['cancel', { cancel: { code: 'c', message: '' } }, 'cancel: then ["c"], now []'],
    ['hold', { held: { code: 'h', message: '' } }, 'held: then ["h"], now []'],
    [
      'attention',
      {
        attention: { step: 'ship', code: 'a', message: '' },
        alsoAttention: [{ step: 'charge', code: 'b', message: '' }],
      },
      'attention: then ["charge b","ship a"], now []',
    ],
    ['wake-up', { wakeAt: 7 }, 'due times: then ["wakes 7"], now []'],
  ])('compares in the end the %s', (_, change, difference) => {
    const { instance, history } = eventful();
    const versions = find(forgiving, { ...forgiving, version: 2 });
    const told = history.map((entry) =>
      entry.revision === 1 && 'version' in change
        ? { ...entry, detail: { jitter: 0, fromVersion: 1 } }
        : entry,
    );
    const { verdict, difference: found } = replay(versions, { ...instance, ...change }, told);
    expect([verdict, found]).toEqual(['different', difference]);
  });

  it('compares in the end what was never said and what is said no more', () => {
    const { instance, history } = eventful();
    const { cause: _, ...uncaused } = instance;
    expect(replay(find(forgiving), uncaused, history).difference).toBe(
      'cause: then [], now ["customer"]',
    );
    const { charge: gone, ...steps } = instance.steps;
    expect(gone?.state).toBe('undone');
    expect(replay(find(forgiving), { ...instance, steps }, history).difference).toBe(
      'steps: then [], now ["charge undone"]',
    );
  });

  it('compares in the end codes and not their words', () => {
    const { instance, history } = eventful();
    const cause = { code: 'customer', message: 'in better words' };
    expect(replay(find(forgiving), { ...instance, cause }, history)).toEqual({ verdict: 'same' });
  });

  it('tells where in an input the difference is, and not what stands there', () => {
    const lines = (...names: string[]) => ({
      id: 'better',
      lines: names.map((name) => ({ name })),
    });
    const groups = forgiving.groups.map((group) => group.map((step) => ({ ...step })));
    const apply = () => lines('Ann', 'Bob');
    for (const step of groups.flat()) {
      const mend = step.on?.['refused'];
      if (step.name === 'charge' && mend?.kind === 'mend') {
        Object.assign(step, { on: { refused: { ...mend, apply } } });
      }
    }
    const definition = { ...forgiving, groups };
    const run = new SagaRun(definition).start().refuse('charge').mend('charge', { id: 'better' });
    expect(ofRun(run, definition)).toEqual({ verdict: 'same' });
    const other = { ...run.instance, input: lines('Ann', 'Cid') };
    expect(replay(find(definition), other, run.history).difference).toBe(
      "input: another one at 'lines.1.name'",
    );
    const longer = { ...run.instance, input: lines('Ann', 'Bob', 'Cid') };
    expect(replay(find(definition), longer, run.history).difference).toBe(
      "input: another one at 'lines.2'",
    );
    const ofOtherKind = { ...run.instance, input: { ...lines('Ann', 'Bob'), lines: {} } };
    const empty = { ...run.instance, input: { ...lines(), lines: [] } };
    expect(otherEnd(ofOtherKind, empty)).toBe("input: another one at 'lines'");
  });

  it('compares in the end when what was sent last was due', () => {
    const quick = (step: Step): Step =>
      step.name === 'reserve' ? { ...step, timeoutMs: 7, backoff: 'fixed' } : step;
    const groups = sample.groups.map((group) => group.map(quick));
    const run = new SagaRun().start().reply('reserve').refuse('charge');
    const [then, now] = [run.now + 10_000, run.now + 7];
    expect(ofRun(run, { ...sample, groups }).difference).toBe(
      `due times: then ["reserve ${then}","reserve undo ${then}","wakes ${then}"], ` +
        `now ["reserve ${now}","reserve undo ${now}","wakes ${now}"]`,
    );
  });

  it('says when a history does not hold all that is needed', () => {
    const run = eventful();
    const { instance, history } = run;
    const gap = history.toSpliced(3, 1);
    expect(replay(find(forgiving), instance, gap).difference).toContain('gap at revision 4');
    const cut = history.slice(0, -1);
    expect(replay(find(forgiving), instance, cut).difference).toContain(
      `gap at revision ${history.length}`,
    );
    const without = (index: number, ...names: (keyof HistoryEntry)[]) =>
      history.map((entry, at) => {
        if (at !== index) return entry;
        const rest = Object.entries(entry).filter(([key]) => !names.includes(key as 'kind'));
        return Object.fromEntries(rest) as unknown as HistoryEntry;
      });
    history.forEach(({ kind }, index) => {
      const bare = without(index, 'detail', 'reason', 'step');
      const { verdict, difference } = replay(find(forgiving), instance, bare);
      expect(verdict).toBe('incomplete');
      expect(difference).toContain(`revision ${index + 1} (${kind}) does not hold`);
    });
    const shifted = history.slice(1);
    expect(replay(find(forgiving), { ...instance, revision: shifted.length }, shifted)).toEqual({
      verdict: 'incomplete',
      difference: 'its history has a gap at revision 1',
    });
    const lacking = (kind: HistoryEntry['kind'], change: object) => {
      const index = history.findIndex((entry) => entry.kind === kind);
      const poor = history.map((entry, at) => (at === index ? { ...entry, ...change } : entry));
      return replay(find(forgiving), instance, poor).difference;
    };
    const jitter = { jitter: 0 };
    for (const change of [{ name: undefined }, { outcome: undefined }, { detail: jitter }]) {
      expect(lacking('reply', change)).toContain('(reply) does not hold what it said');
    }
    expect(lacking('report', { detail: jitter })).toContain('(report) does not hold');
    expect(lacking('mend', { step: undefined })).toContain('(mend) does not hold');
    const bareMove = new SagaRun().start().move({ ...sample, version: 2 });
    const noVersion = bareMove.history.map((entry) => ({ ...entry, detail: { jitter: 0 } }));
    const both = find(sample, { ...sample, version: 2 });
    expect(replay(both, bareMove.instance, noVersion)).toEqual({
      verdict: 'incomplete',
      difference: 'revision 2 (move) does not hold what it said',
    });
    const noReason = bareMove.history.map((entry) => {
      const { reason: _, ...rest } = entry;
      return rest;
    });
    expect(replay(both, bareMove.instance, noReason)).toEqual({
      verdict: 'incomplete',
      difference: 'revision 2 (move) does not hold what it said',
    });
  });

  it('needs of an intervention what was done, by whom and why', () => {
    const run = new SagaRun().start().retry('reserve');
    expect(ofRun(run, sample)).toEqual({ verdict: 'same' });
    for (const change of [{ reason: undefined }, { actor: undefined }, { detail: { jitter: 0 } }]) {
      const poor = run.history.map((entry) =>
        entry.kind === 'intervene' ? { ...entry, ...change } : entry,
      ) as HistoryEntry[];
      expect(replay(find(sample), run.instance, poor)).toEqual({
        verdict: 'incomplete',
        difference: 'revision 2 (intervene) does not hold what it said',
      });
    }
  });

  it('keeps reasons and owners of reports', () => {
    const run = new SagaRun().start();
    run.apply({
      kind: 'report',
      messageId: 'r',
      commandId: 'saga-1:reserve',
      effects: [money(1, 1, 1)],
      reason: { code: 'late', message: '' },
    });
    expect(ofRun(run, sample)).toEqual({ verdict: 'same' });
  });
});

describe('the entry that is kept', () => {
  it('says of commands what they said, and of nothing else', () => {
    const run = new SagaRun().start();
    const { last } = run;
    if (!last) throw new Error('nothing was decided');
    const { detail } = keptEntry(last);
    expect(detail).toEqual({ jitter: 0, payloads: [expect.stringMatching(/^[0-9a-f]{16}$/)] });
    expect(last.history.detail).toEqual({ jitter: 0 });
    run.hold();
    expect(run.history[1]).toBe(run.last?.history);
    const { detail: _, ...bare } = last.history;
    expect(keptEntry({ ...last, history: bare })).toBe(bare);
  });
});

describe('an earlier moment of a saga', () => {
  it('is told though its commands would say something else by now', () => {
    const run = new SagaRun().start().reply('reserve');
    const payload = () => ({ id: 'another' });
    const groups = sample.groups.map((group) => group.map((step) => ({ ...step, payload })));
    const past = asOfRevision(find({ ...sample, groups }), run.instance, run.history, 1);
    expect(past.problem).toBeUndefined();
  });

  it('is what the instance was then, message by message', () => {
    const run = new SagaRun(forgiving);
    const seen = [run.instance];
    const look = (): void => void seen.push(run.instance);
    run.start();
    look();
    run.silence();
    look();
    run.reply('reserve', { result: { number: 7 } });
    look();
    run.reply('secure');
    look();
    run.refuse('charge');
    look();
    run.mend('charge', { id: 'better' });
    look();
    run.reply('charge');
    look();
    for (let revision = 1; revision < seen.length; revision += 1) {
      const { instance } = run;
      const asOf = asOfRevision(find(forgiving), instance, run.history, revision);
      expect(asOf).toEqual({ instance: seen[revision] });
    }
  });

  it('is the version of then, and its input', () => {
    const moved = { ...sample, version: 2 };
    const run = new SagaRun().start();
    const before = run.instance;
    run.move(moved).reply('reserve');
    expect(run.instance.version).toBe(2);
    expect(asOfRevision(find(sample, moved), run.instance, run.history, 1)).toEqual({
      instance: before,
    });
  });

  it('cannot be told from a history with gaps, of a version that is gone, or of other code', () => {
    const run = new SagaRun().at('charge');
    const verdict = (...given: Parameters<typeof asOfRevision>) =>
      asOfRevision(...given).problem?.verdict;
    const { instance, history } = run;
    expect(verdict(find(sample), instance, history.slice(1), 1)).toBe('incomplete');
    expect(verdict(find(sample), instance, history.slice(0, 1), 1)).toBe('incomplete');
    expect(verdict(find(), instance, history, 1)).toBe('incomplete');
    const shorter = { ...sample, groups: sample.groups.toSpliced(2, 1) };
    expect(verdict(find(shorter), instance, history, 2)).toBe('different');
    expect(verdict(find(shorter), instance, history, 1)).toBeUndefined();
  });
});
