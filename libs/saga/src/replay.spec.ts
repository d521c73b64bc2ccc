import { describe, expect, it } from '@jest/globals';
import type { SagaDefinition, Step } from './definition.js';
import type { HistoryEntry } from './messages.js';
import { asOfRevision, replay } from './replay.js';
import { forgiving, money, sample, SagaRun } from './spec/saga-run.js';

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

describe('an earlier moment of a saga', () => {
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
