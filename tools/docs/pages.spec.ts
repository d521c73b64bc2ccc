import { describe, expect, it } from '@jest/globals';
import { defineCommand, refusal, success } from '#contracts';
import { carryOn, compensate, diagramOf, mendable, saga, update } from '#saga';
import { z } from 'zod';
import { pagesOf } from './pages.js';
import { staleIn } from './stale.js';
import { stateTable, stepTable } from './tables.js';

const input = z.object({ id: z.string() });
type Input = z.infer<typeof input>;
const payload = () => ({ id: 'x' });
const command = <const Name extends string>(name: Name) =>
  defineCommand({
    ...{ name, version: 1, participant: 'order', topic: 'order.commands', payload: input },
    replies: { done: success(z.object({})) },
  });
const refusable = <const Name extends string>(name: Name) =>
  defineCommand({
    ...command(name),
    replies: { done: success(z.object({})), no: refusal(z.object({})) },
  });
const undo = (name: string) => ({ command: command(name), payload });

/** Everything that a definition may have. */
const rich = saga({ name: 'rich', version: 2, input, movesFrom: [{ from: 1 }] })
  .local('open', { compensation: undo('close') })
  .parallel((group) =>
    group
      .compensable('wrap', {
        ...{ command: refusable('wrap'), payload, on: { no: carryOn } },
        when: ({ input: { id } }) => id !== '',
        compensation: undo('unwrap'),
      })
      .compensable('pay', {
        ...{ command: refusable('pay'), payload, compensation: undo('repay') },
        ...{ timeoutMs: 60_000, attempts: 3, backoff: 'fixed' },
        on: {
          done: update((before: Input) => before),
          no: mendable({ windowMs: 3_600_000, data: input, apply: (_: Input, data) => data }),
        },
      }),
  )
  .compensable('lock', {
    ...{ command: refusable('lock'), payload, on: { no: compensate } },
    compensation: { coveredBy: 'pay' },
  })
  .pivot('send', { command: refusable('send'), payload, on: { no: compensate } })
  .parallel((group) =>
    group
      .retriable('tell', { command: command('tell'), payload })
      .retriable('count', { command: command('count'), payload }),
  )
  .build();

describe('the diagram of a saga', () => {
  const lines = diagramOf(rich)
    .split('\n')
    .map((line) => line.trim());

  it('leads forward through its groups, with the pivot marked', () => {
    expect(lines.filter((line) => line.includes('==>'))).toEqual([
      'started ==> s0',
      's0 ==> s1 & s2',
      's1 & s2 ==> s3',
      's3 ==> s4',
      's4 ==> s5 & s6',
      's5 & s6 ==> completed',
    ]);
    expect(lines).toContain('s4{{"pivot: send<br/>send"}}');
    expect(lines).toContain('s1["wrap, or skipped<br/>wrap"]');
    expect(lines.filter((line) => line.includes('["side by side"]'))).toHaveLength(3);
  });

  it('leads back from where there is something to undo', () => {
    expect(lines).toEqual(
      expect.arrayContaining([
        'c2[/"repay<br/>undoes pay, lock"/]',
        'c0 --> compensated',
        'c1 & c2 --> c0',
        's3 -->|"no"| c1 & c2',
        's4 -->|"no"| c1 & c2',
      ]),
    );
  });

  it('tells what else a refusal and silence lead to', () => {
    expect(lines).toEqual(
      expect.arrayContaining([
        's1 -->|"no<br/>goes on without"| s3',
        'w0("waits 1 h<br/>for a better input")',
        's2 -->|"no"| w0',
        'w0 -->|"mended"| s2',
        'w0 -.->|"too late"| c1',
        's2 -.->|"no answer"| c2',
        's3 -.->|"no answer"| c1 & c2',
      ]),
    );
  });
});

describe('the pages', () => {
  it('hold a row a step', () => {
    const rows = stepTable(rich).split('\n').slice(2);
    expect(rows).toHaveLength(7);
    expect(rows[1]).toBe(
      '| `wrap` | compensable<br/>conditional<br/>beside pay | `wrap` v1 ' +
        '| `done`<br/>`no`: goes on without | default | `unwrap` v1 |',
    );
    expect(rows[2]).toBe(
      '| `pay` | compensable<br/>beside wrap | `pay` v1 ' +
        '| `done`: changes the input<br/>`no`: waits 1 h for a better input ' +
        '| 3 sendings, 1 min apart; pending up to 7 d | `repay` v1 |',
    );
    expect(rows[3]).toContain('by that of `pay`');
  });

  it('hold a row a message', () => {
    expect(stateTable()).toContain(
      '| `cancel` | **handled** | **handled** | already being undone |',
    );
  });

  it('are one a saga, with its versions from the newest on', () => {
    const pages = pagesOf([{ ...rich, version: 1 }, rich]);
    expect(Object.keys(pages).toSorted()).toEqual(['rich.md', 'state-table.md']);
    expect(pages['rich.md']).toMatch(
      /## Version 2\n\nTakes over instances of v1[^]*## Version 1\n/,
    );
    expect(pages['rich.md']).toContain(
      'the same for every saga: the [state table](state-table.md)',
    );
  });

  it('are stale when they are missing, different, or of nothing', () => {
    expect(staleIn({ a: '1', b: '2', c: '3' }, { a: '1', b: 'x', d: '4' })).toEqual([
      { name: 'b', problem: 'is out of date' },
      { name: 'c', problem: 'is missing' },
      { name: 'd', problem: 'is of no saga' },
    ]);
  });
});
