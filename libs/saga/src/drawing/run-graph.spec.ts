import { describe, expect, it } from '@jest/globals';
import type { SagaDefinition } from '../definition.js';
import { carryOn } from '../reactions.js';
import { forgiving, sample, SagaRun, windowed } from '../spec/saga-run.js';
import { diagramOf } from './diagram.js';
import { durationText } from './duration.js';
import { graphOf } from './run-graph.js';

const graph = (run: SagaRun, definition: SagaDefinition = sample) =>
  graphOf(definition, run.instance, run.history);
const taken = (run: SagaRun, definition?: SagaDefinition): string[] =>
  graph(run, definition).edges.flatMap((edge) => (edge.taken ? [`${edge.from} > ${edge.to}`] : []));
/** Nodes by how they are drawn. */
const looks = (run: SagaRun, definition?: SagaDefinition): Record<string, string> => {
  const lines = graph(run, definition).mermaid.split('\n');
  return Object.fromEntries(
    lines.flatMap((line) => {
      const [, ids, look] = /^ {2}class (\S+) (\w+)$/.exec(line) ?? [];
      return ids !== undefined && look !== undefined ? [[look, ids]] : [];
    }),
  );
};

describe('the graph of a run', () => {
  it('has nothing lit up before it has started', () => {
    const run = new SagaRun();
    expect(taken(run)).toEqual([]);
    expect(looks(run)).not.toHaveProperty('done');
    expect(graph(run).mermaid).not.toContain('linkStyle');
  });

  it('follows it forward to where it is, and to its end', () => {
    const run = new SagaRun().at('charge');
    expect(taken(run)).toEqual(['started > create', 'create > reserve', 'reserve > charge']);
    expect(looks(run)).toMatchObject({ done: 'started,s0,s1', out: 's2' });
    run.reply('charge').reply('secure').reply('ship').reply('confirm').reply('notify');
    expect(taken(run)).toEqual([
      ...['started > create', 'create > reserve', 'reserve > charge', 'charge > secure'],
      ...['secure > ship', 'ship > confirm', 'ship > notify'],
      ...['confirm > completed', 'notify > completed'],
    ]);
    expect(graph(run).mermaid).toContain('linkStyle 0,1,2,3,4,5,6,7,8 stroke:#1565c0');
  });

  it('passes what was skipped on the way', () => {
    const definition = {
      ...sample,
      groups: sample.groups.map((group) =>
        group.map((step) => (step.name === 'secure' ? { ...step, when: () => false } : step)),
      ),
    };
    const run = new SagaRun(definition).start().reply('reserve').reply('charge');
    expect(taken(run, definition)).toEqual(
      expect.arrayContaining(['charge > secure', 'secure > ship']),
    );
    expect(looks(run, definition)['skipped']).toBe('s3');
  });

  it('turns around with it, and follows it back', () => {
    const run = new SagaRun().at('charge').refuse('charge');
    expect(taken(run)).toContain('charge > reserve:undo');
    expect(taken(run)).not.toContain('reserve:undo > create:undo');
    expect(looks(run)).toMatchObject({ failed: 's2', out: 'c1' });
    run.undone('reserve', { outcome: 'dead' });
    expect(looks(run)).toMatchObject({ failed: 'c1,s2' });
    run.undone('reserve').undone('create');
    expect(taken(run)).toEqual(
      expect.arrayContaining(['reserve:undo > create:undo', 'create:undo > compensated']),
    );
    expect(looks(run)).toMatchObject({ done: 'started,compensated', undone: 's0,c0,s1,c1' });
  });

  it('remembers a silence that was undone since, by its history', () => {
    const run = new SagaRun(sample, { attempts: 1 }).at('charge').silence();
    run.undone('charge').undone('reserve').undone('create');
    expect(taken(run)).toContain('charge > charge:undo');
    expect(taken(run)).not.toContain('reserve > reserve:undo');
    const forgotten = graphOf(sample, run.instance, []);
    expect(forgotten.edges.find(({ from }) => from === 'charge')?.taken).toBe(false);
  });

  it('shows a wait for a better input, and what came of it', () => {
    const run = new SagaRun(forgiving).start().reply('reserve').reply('secure').refuse('charge');
    const wait = graph(run, forgiving).edges.find(({ to }) => to.includes(':wait-'))?.to ?? '';
    expect(taken(run, forgiving)).toContain(`charge > ${wait}`);
    expect(taken(run, forgiving)).not.toContain(`${wait} > charge`);
    run.mend('charge', { id: 'better' });
    expect(taken(run, forgiving)).toContain(`${wait} > charge`);
    const late = new SagaRun(forgiving).start().reply('reserve').reply('secure').refuse('charge');
    late.silence();
    const back = taken(late, forgiving).filter((edge) => edge.startsWith(`${wait} > `));
    expect(back).not.toEqual([]);
    expect(back).not.toContain(`${wait} > charge`);
  });

  it('goes on without a step', () => {
    const definition = {
      ...sample,
      groups: sample.groups.map((group) =>
        group.map((step) =>
          step.name === 'secure' ? { ...step, on: { refused: carryOn } } : step,
        ),
      ),
    };
    const run = new SagaRun(definition).at('secure').refuse('secure');
    const { edges } = graph(run, definition);
    expect(edges.filter(({ from, to }) => from === 'secure' && to === 'ship')).toEqual([
      { from: 'secure', to: 'ship', taken: true },
      { from: 'secure', to: 'ship', taken: true },
    ]);
  });

  it("is the definition's own, with what is lit up after it", () => {
    const own = diagramOf(sample);
    const { mermaid } = graph(new SagaRun().at('charge'));
    expect(mermaid.slice(0, own.length)).toBe(own);
    expect(mermaid.slice(own.length)).toMatch(/^\n {2}classDef done /);
  });

  it('ends without its last step', () => {
    const groups = sample.groups
      .slice(0, 4)
      .map((group) =>
        group.map((step) =>
          step.name === 'secure' ? { ...step, on: { refused: carryOn } } : step,
        ),
      );
    const definition = { ...sample, groups };
    const run = new SagaRun(definition).at('secure');
    const ends = () =>
      graph(run, definition).edges.filter(
        ({ from, to }) => from === 'secure' && to === 'completed',
      );
    const notTaken = { from: 'secure', to: 'completed', taken: false };
    expect(ends()).toEqual([notTaken, notTaken]);
    run.refuse('secure');
    const isTaken = { ...notTaken, taken: true };
    expect(ends()).toEqual([isTaken, isTaken]);
  });

  it('says how long it waits, or who does', () => {
    const waits = (definition: SagaDefinition) =>
      /waits ([^<]+)</.exec(graph(new SagaRun(definition), definition).mermaid)?.[1];
    expect(waits(forgiving)).toBe('10 min');
    expect(waits(windowed(() => 5))).toBe('as long as the input says');
  });

  it('shows a recall', () => {
    const withRecall = {
      ...sample,
      groups: sample.groups.map((group) =>
        group.map((step) => {
          const [first] = sample.groups[0] ?? [];
          const undo = first?.compensation;
          return step.kind === 'pivot' && undo && 'command' in undo
            ? { ...step, recall: undo }
            : step;
        }),
      ),
    };
    const run = new SagaRun(withRecall).at('ship');
    expect(taken(run, withRecall)).not.toContain('ship > ship');
    expect(taken(run.cancel(), withRecall)).toContain('ship > ship');
  });
});

describe('a duration', () => {
  it('is told in its largest unit', () => {
    expect([5, 1_500, 90_000, 7_200_000, 129_600_000].map(durationText)).toEqual([
      ...['5 ms', '1.5 s', '1.5 min', '2 h', '1.5 d'],
    ]);
  });
});
