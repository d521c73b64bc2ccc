/** The smaller pure parts. */
import { describe, expect, it } from '@jest/globals';
import type { Definition, Figures, SagaDetail } from '../api/types.js';
import { keyOf, sorted, wordsOf } from './actions.js';
import { aheadOf } from './ahead.js';
import { filterOf, pathOf, recordOf } from './filter.js';
import { flowsOf, liveIn, needingPerson } from './flow.js';
import { Rate, sparkline } from './rate.js';
import { hashOf, placeOf } from './route.js';
import { toneOf, wordOf } from './tone.js';

describe('an address', () => {
  it('is read as it is written, whatever is in it', () => {
    const hash = hashOf(['sagas', 'a/b ?#ä'], {
      ...{ orderId: 'x&y=z', empty: '', none: undefined },
      attribute: ['a:1', 'b:2'],
    });
    const { path, query } = placeOf(hash);
    expect(path).toEqual(['sagas', 'a/b ?#ä']);
    expect([...query]).toEqual([
      ['orderId', 'x&y=z'],
      ['attribute', 'a:1'],
      ['attribute', 'b:2'],
    ]);
  });

  it.each(['', '#', '#/', '/'])('%j is the first page', (hash) => {
    expect(placeOf(hash).path).toEqual([]);
  });

  it('that does not decode is taken as it is', () => {
    expect(placeOf('#/sagas/%zz').path).toEqual(['sagas', '%zz']);
  });
});

describe('a filter', () => {
  const query = new URLSearchParams('state=running&attribute=a:1&attribute=b:2&colour=red&held=');

  it('is what the API knows, and nothing empty', () => {
    expect(filterOf(query).toString()).toBe('state=running&attribute=a%3A1&attribute=b%3A2');
  });

  it('is asked for with what is added', () => {
    expect(pathOf('sagas', filterOf(query), { limit: '5', cursor: undefined })).toBe(
      'sagas?state=running&attribute=a%3A1&attribute=b%3A2&limit=5',
    );
    expect(pathOf('timers', new URLSearchParams())).toBe('timers');
    expect(recordOf(filterOf(query))).toEqual({ state: ['running'], attribute: ['a:1', 'b:2'] });
  });
});

describe('a rate', () => {
  it('counts by the second, forgets what is old and leaves out what is not over', () => {
    const rate = new Rate(4);
    rate.add(9, 6_000);
    rate.add(2, 10_100);
    rate.add(3, 10_900);
    rate.add(1, 12_000);
    rate.add(7, 13_000);
    expect(rate.series(13_500)).toEqual([5, 0, 1]);
    expect(rate.series(60_000)).toEqual([0, 0, 0]);
  });

  it('is drawn from side to side', () => {
    expect(sparkline([0, 2, 1], 100, 10)).toBe('0.0,10.0 50.0,0.0 100.0,5.0');
    expect(sparkline([], 100, 10)).toBe('');
  });
});

describe('the flow', () => {
  const figures: Figures = {
    live: [
      { definition: 'a', state: 'running', count: 2 },
      { definition: 'a', state: 'compensating', count: 1 },
      { definition: 'b', state: 'running', count: 7 },
    ],
    attention: [{ definition: 'a', count: 1 }],
    at: [
      { definition: 'a', step: 'two', state: 'sent', count: 2 },
      { definition: 'a', step: 'odd', state: 'undoing', count: 1 },
    ],
    steps: [
      { definition: 'a', step: 'two', outcome: 'refused', p50Ms: 9, p99Ms: 9, count: 1 },
      { definition: 'a', step: 'two', outcome: 'done', p50Ms: 5, p99Ms: 7, count: 3 },
    ],
    ...{ oldestLiveS: 1, risk: null, surveyComplete: true, lag: null, deadLetters: null },
  };

  it('is told by definition, busiest first, in the order of the steps', () => {
    const flows = flowsOf(
      figures,
      new Map([
        ['a', ['one', 'two']],
        ['c', ['x']],
      ]),
    );
    expect(flows.map(({ definition, live }) => [definition, live])).toEqual([
      ...[
        ['b', 7],
        ['a', 3],
        ['c', 0],
      ],
    ]);
    expect(flows[1]).toMatchObject({
      ...{ compensating: 1, attention: 1 },
      steps: [
        { step: 'one', counts: [] },
        { step: 'two', counts: [{ state: 'sent', count: 2 }], time: { p50Ms: 5 } },
        { step: 'odd', counts: [{ state: 'undoing' }] },
      ],
    });
  });

  it('is there before anything is known of it', () => {
    expect(flowsOf({ ...figures, at: null, steps: null }, new Map())).toHaveLength(2);
    expect([liveIn(figures), liveIn(figures, 'compensating'), needingPerson(figures)]).toEqual([
      ...[10, 1, 1],
    ]);
  });
});

describe('actions', () => {
  it('are open, or refused for a reason that several share', () => {
    const { open, refused } = sorted([
      { action: 'hold', allowed: true },
      { action: 'release', allowed: false, why: 'it is not held' },
      { action: 'retry', step: 'a', allowed: false, why: 'no answer is waited for' },
      { action: 'retry', step: 'b', allowed: false, why: 'no answer is waited for' },
      { action: 'skip', step: 'b', allowed: false },
    ]);
    expect(open.map(keyOf)).toEqual(['hold']);
    expect(refused[0]).toEqual({
      why: 'no answer is waited for',
      labels: ['Retry a', 'Retry b'],
    });
    expect(refused).toHaveLength(3);
  });

  it.each([
    [{ action: 'retry', step: 'a' } as const, 'Retry a', false],
    [{ action: 'skip', step: 'a' } as const, 'Skip a', true],
    [{ action: 'resolve', step: 'a', outcome: 'happened' } as const, 'a: it happened', true],
    [
      { action: 'resolve', step: 'a', outcome: 'did-not-happen' } as const,
      'a: it did not happen',
      true,
    ],
    [{ action: 'settle-effect', effect: 'e' } as const, 'Settle e', true],
    [{ action: 'compensate' } as const, 'Undo all of it', true],
    [{ action: 'cancel' } as const, 'Cancel', true],
    [{ action: 'clear-attention' } as const, 'Clear attention', false],
    [{ action: 'hold' } as const, 'Hold', false],
    [{ action: 'release' } as const, 'Release', false],
    [{ action: 'move', version: 2 } as const, 'Move to v2', true],
    [{ action: 'something-new' } as const, 'something-new', true],
  ])('%j is called %s', (action, label, isGrave) => {
    expect(wordsOf(action)).toMatchObject({ label, isGrave });
  });
});

describe('what can still happen', () => {
  const definition = {
    steps: [
      {
        ...{ step: 'charge', kind: 'compensable', timing: { attempts: 5 } },
        replies: [
          { reply: 'charged', kind: 'success' },
          { reply: 'declined', kind: 'refusal', reaction: 'mend' },
          { reply: 'expired', kind: 'refusal' },
        ],
      },
      { step: 'ship', kind: 'pivot', timing: { attempts: 2 }, replies: [] },
      { step: 'undo', kind: 'compensable' },
      { step: 'tell', kind: 'retriable', replies: [{ reply: 'no', kind: 'refusal' }] },
    ],
  } as unknown as Definition;
  const saga = (state: SagaDetail['state'], ...steps: object[]) =>
    ({ state, steps }) as unknown as SagaDetail;

  it('is told of what is out', () => {
    const [charge, ship, undo, tell] = aheadOf(
      saga(
        'running',
        { name: 'charge', state: 'sent', attempts: 2 },
        { name: 'ship', state: 'pending', attempts: 2 },
        { name: 'undo', state: 'undoing' },
        { name: 'tell', state: 'sent', attempts: 1 },
        { name: 'done', state: 'done' },
        { name: 'unknown', state: 'sent' },
      ),
      definition,
    );
    expect(charge?.answers).toEqual([
      { answer: 'charged', leadsTo: 'the next steps' },
      { answer: 'declined', leadsTo: 'it waits for a better input' },
      { answer: 'expired', leadsTo: 'all of it is undone' },
      {
        answer: 'no answer',
        leadsTo: 'it is asked again (2 of 5 times so far), and then it is in doubt and undone',
      },
    ]);
    expect(ship?.answers[0]?.leadsTo).toContain('a person is called for; it goes on');
    expect(undo?.answers).toHaveLength(2);
    expect(tell?.answers[0]?.leadsTo).toBe('a person is called for');
  });

  it('is nothing once it is over, and the way back while it is undone', () => {
    expect(aheadOf(saga('completed', { name: 'charge', state: 'done' }), definition)).toEqual([]);
    const [charge] = aheadOf(
      saga('compensating', { name: 'charge', state: 'sent', attempts: 1 }),
      definition,
    );
    expect(charge?.answers[0]?.leadsTo).toBe('it is undone as well');
  });
});

it('states have a look and a word, also those that nobody knows', () => {
  expect([toneOf('in-doubt'), wordOf('in-doubt')]).toEqual(['bad', 'In doubt']);
  expect([toneOf('new'), wordOf('new')]).toEqual(['plain', 'new']);
});
