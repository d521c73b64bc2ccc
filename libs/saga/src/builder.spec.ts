import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { saga } from './builder.js';
import { checkExamples } from './check-examples.js';
import { checkDefinition } from './checks.js';
import { carryOn, compensate, mendable, update } from './reactions.js';
import { cancel, charge, confirm, notify, refund, reserve, ship } from './spec/saga-run.js';

const payload = (): { id: string } => ({ id: 'x' });
const compensation = { command: refund, payload };
const on = { refused: compensate };
const good = { command: charge, payload, on, compensation };
const begin = () => saga({ name: 'typed', version: 1, input: z.object({ id: z.string() }) });

type Typed = { id: string };

describe('what does not compile', () => {
  it('is, where it can be run at all, found by the checks too: what cannot be undone', () => {
    // @ts-expect-error a compensable step without a compensation
    const missing = begin().compensable('a', { command: charge, payload, on }).build();
    expect(checkDefinition(missing)).not.toEqual([]);

    const late = begin().pivot('p', { command: ship, payload, on });
    // @ts-expect-error a compensable step after the pivot
    expect(checkDefinition(late.compensable('a', good).build())).not.toEqual([]);

    // @ts-expect-error a group of compensable steps after the pivot
    const group = late.parallel((side) => side.compensable('a', good)).build();
    expect(checkDefinition(group)).not.toEqual([]);

    // @ts-expect-error a cover that is no earlier step
    const uncovered = begin().compensable('a', { ...good, compensation: { coveredBy: 'b' } });
    expect(checkDefinition(uncovered.build())).not.toEqual([]);

    // @ts-expect-error a local step without a compensation
    expect(checkDefinition(begin().local('l', {}).build())).not.toEqual([]);
    begin().local('l', { compensation: { command: cancel, payload } });
  });

  it('names that are used twice', () => {
    // @ts-expect-error in a row
    const doubled = begin().compensable('a', good).compensable('a', good).build();
    expect(checkDefinition(doubled)).not.toEqual([]);
    // @ts-expect-error side by side
    const beside = begin().parallel((side) => side.compensable('a', good).compensable('a', good));
    expect(checkDefinition(beside.build())).not.toEqual([]);
    const local = { compensation: { command: cancel, payload } };
    // @ts-expect-error of local steps
    const locals = begin().local('l', local).local('l', local).build();
    expect(checkDefinition(locals)).not.toEqual([]);
    // @ts-expect-error of a pivot
    const pivot = begin().compensable('a', good).pivot('a', { command: ship, payload, on });
    expect(checkDefinition(pivot.build())).not.toEqual([]);
    const end = { command: confirm, payload };
    const ended = begin().retriable('r', end);
    // @ts-expect-error of retriable steps
    expect(checkDefinition(ended.retriable('r', end).build())).not.toEqual([]);
    // @ts-expect-error of retriable steps that a person may skip
    const skipped = ended.retriable('r', { ...end, skippable: true }).build();
    expect(checkDefinition(skipped)).not.toEqual([]);
    const one = begin().compensable('a', good);
    // @ts-expect-error of steps that not every instance has
    const conditional = one.compensable('a', { ...good, when: () => true }).build();
    expect(checkDefinition(conditional)).not.toEqual([]);
    const late = one.pivot('p', { command: ship, payload, on });
    // @ts-expect-error on both sides of the pivot
    expect(checkDefinition(late.retriable('a', end).build())).not.toEqual([]);
    // @ts-expect-error on both sides of the pivot, in a group
    const group = late.parallel((side) => side.retriable('a', end)).build();
    expect(checkDefinition(group)).not.toEqual([]);
    // @ts-expect-error in a group and before it
    const inside = one.parallel((side) => side.compensable('a', good)).build();
    expect(checkDefinition(inside)).not.toEqual([]);
  });

  it('in a group what does not compile in a row', () => {
    const bare = { command: charge, payload };
    const missing = begin().parallel((side) =>
      // @ts-expect-error a compensable step without a compensation
      side.compensable('a', { ...bare, on }),
    );
    expect(checkDefinition(missing.build())).not.toEqual([]);
    const unhandled = begin().parallel((side) =>
      // @ts-expect-error a refusal without a reaction
      side.compensable('a', { ...bare, compensation }),
    );
    expect(checkDefinition(unhandled.build())).not.toEqual([]);
  });

  it('a way back from where there is none', () => {
    const decided = begin().retriable('r', { command: confirm, payload });
    // @ts-expect-error a compensable step behind a retriable one, without a pivot
    expect(checkDefinition(decided.compensable('a', good).build())).not.toEqual([]);
    // @ts-expect-error a pivot behind a retriable one
    const second = decided.pivot('p', { command: ship, payload, on }).build();
    expect(checkDefinition(second)).not.toEqual([]);
  });

  it('answers that nobody handles', () => {
    // @ts-expect-error a refusal without a reaction
    const unhandled = begin().compensable('a', { command: charge, payload, compensation }).build();
    expect(checkDefinition(unhandled)).not.toEqual([]);
    // @ts-expect-error the same of a pivot
    const pivot = begin().pivot('p', { command: ship, payload }).build();
    expect(checkDefinition(pivot)).not.toEqual([]);
    // @ts-expect-error a pivot that the saga could do without
    const optional = begin().pivot('p', { command: ship, payload, on: { refused: carryOn } });
    expect(checkDefinition(optional.build())).not.toEqual([]);
    // @ts-expect-error a retriable command that can refuse
    const refusing = begin().retriable('r', { command: reserve, payload }).build();
    expect(checkDefinition(refusing)).not.toEqual([]);
    const late = begin().pivot('p', { command: ship, payload, on });
    // @ts-expect-error the same in a group
    const grouped = late.parallel((side) => side.retriable('r', { command: reserve, payload }));
    expect(checkDefinition(grouped.build())).not.toEqual([]);
    const call = { command: ship, payload, on };
    // @ts-expect-error a recall that can refuse
    const recalled = begin().pivot('p', { ...call, recall: { command: ship, payload } });
    expect(checkDefinition(recalled.build())).not.toEqual([]);
    const odd = { ...on, odd: compensate };
    // A reaction to what is no reply compiles when it is not written in place; the checks see it.
    const reacting = begin()
      .compensable('a', { ...good, on: odd })
      .build();
    expect(checkDefinition(reacting)).not.toEqual([]);
  });

  it('payloads and data that do not fit', () => {
    // @ts-expect-error a payload that does not fit the command
    begin().compensable('a', { ...good, payload: () => ({ id: 7 }) });
    // @ts-expect-error nor that of the compensation
    begin().compensable('a', { ...good, compensation: { command: refund, payload: () => ({}) } });
    // A key that the command does not know compiles, as in any function; the examples show it.
    const odd = begin()
      .examples({ about: 'any', input: { id: 'x' } })
      .compensable('a', { ...good, payload: () => ({ id: 'x', odd: 7 }) })
      .build();
    expect(checkExamples(odd)).toEqual([expect.stringContaining('its contract knows no odd')]);
    const recall = { command: cancel, payload: () => ({ id: 7 }) };
    // @ts-expect-error nor that of a recall
    begin().pivot('p', { command: ship, payload, on, recall });
    const maybe = begin().compensable('maybe', { ...good, when: () => true });
    maybe.pivot('ship', {
      command: ship,
      on,
      // @ts-expect-error the result of a step that may have been skipped
      payload: ({ results }) => ({ id: String(results.maybe.number) }),
    });
    const without = begin().compensable('maybe', { ...good, on: { refused: carryOn } });
    without.pivot('ship', {
      command: ship,
      on,
      // @ts-expect-error the result of a step that the saga may have gone on without
      payload: ({ results }) => ({ id: String(results.maybe.number) }),
    });
    begin().parallel((side) =>
      side.compensable('a', good).compensable('b', {
        ...good,
        // @ts-expect-error the result of a step that runs beside it
        payload: ({ results }) => ({ id: String(results.a) }),
      }),
    );
    begin().compensable('a', {
      ...good,
      // @ts-expect-error an update that makes no input
      on: { ...on, done: update(({ id }: Typed) => id.length) },
    });
    begin().compensable('a', {
      ...good,
      on: {
        // @ts-expect-error a mend that makes no input
        refused: mendable({ windowMs: 1, data: z.string(), apply: ({ id }: Typed) => id.length }),
      },
    });
  });
});

interface Whole {
  id: string;
  card: string;
}
const numbered = (input: Whole, { number }: { number?: number | undefined }): Whole => ({
  ...input,
  id: String(number),
});

describe('what compiles', () => {
  it('is a saga with everything that there is', () => {
    const definition = saga({
      name: 'whole',
      version: 2,
      input: z.object({ id: z.string(), card: z.string() }),
      movesFrom: [{ from: 1, renamed: { bill: 'charge' }, input: () => ({ id: '', card: '' }) }],
    })
      .local('create', { compensation: { command: cancel, payload } })
      .parallel((side) =>
        side
          .compensable('reserve', {
            ...good,
            on: { refused: carryOn, done: update(numbered) },
          })
          .compensable('charge', {
            ...good,
            on: {
              refused: mendable({
                windowMs: 60_000,
                data: z.object({ card: z.string() }),
                apply: (input: Whole, { card }) => ({ ...input, card }),
              }),
            },
          }),
      )
      .pivot('ship', {
        command: ship,
        on,
        payload: ({ results }) => ({
          id: `${results.charge.number} ${results.reserve?.number ?? ''}`,
        }),
      })
      .parallel((side) =>
        side
          .retriable('confirm', { command: confirm, payload })
          .retriable('notify', { command: notify, payload, when: ({ input }) => input.id !== '' }),
      )
      .retriable('close', {
        command: confirm,
        payload: ({ results }) => ({ id: `${results.confirm.number} ${results.notify?.number}` }),
      })
      .build();
    expect(checkDefinition(definition)).toEqual([]);
    expect(definition.groups.map((group) => group.map(({ name }) => name))).toEqual([
      ['create'],
      ['reserve', 'charge'],
      ['ship'],
      ['confirm', 'notify'],
      ['close'],
    ]);
  });

  it('is a saga whose point of no return is a group', () => {
    const definition = begin()
      .compensable('a', good)
      .parallel((side) =>
        side
          .retriable('r', { command: confirm, payload })
          .retriable('s', { command: notify, payload }),
      )
      .build();
    expect(checkDefinition(definition)).toEqual([]);
  });
});
