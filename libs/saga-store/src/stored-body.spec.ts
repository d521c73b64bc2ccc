import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { newInstance, utcDay, type SagaInstance, type StepInstance } from '#saga';
import { readBody, readTrace, writeBody, type StoredBody } from './stored-body.js';

const ID = '01a218f0-55f2-7483-878f-bd45cdc3f3cd';
const NOON = Date.UTC(2026, 10, 26, 12);

const instance = (parts: Partial<SagaInstance> = {}): SagaInstance => ({
  ...newInstance({ id: ID, definition: 'd', version: 1, businessKey: 'k', now: NOON }),
  ...parts,
});

const done = (step: string): StepInstance => ({
  state: 'done',
  command: {
    commandId: `${ID}:${step}`,
    issuedOn: '2026-11-26',
    attempts: 1,
    sentAt: NOON + 15,
    dueAt: NOON + 11_031,
  },
  finishedAt: NOON + 566,
  result: { price: 3 },
});

const stored = (of: SagaInstance): StoredBody => JSON.parse(writeBody(of)) as StoredBody;
const bodyOf = ({ steps, ledger, cause, cancel, attention, alsoAttention, held }: SagaInstance) =>
  ({ steps, ledger, cause, cancel, attention, alsoAttention, held }) satisfies object;

describe('the document of an instance', () => {
  it('leaves out of a usual step and effect what the row says', () => {
    const stock = {
      id: 's:1',
      kind: 'stock',
      unit: 'pcs',
      taken: 4,
      returned: 0,
      revision: 1,
    } as const;
    const of = instance({
      steps: { reserve: done('reserve') },
      ledger: { 's:1': { ...stock, step: 'reserve' } },
    });
    expect(stored(of)).toEqual([
      2,
      { reserve: ['done', 1, 15, 11_016, 566, { price: 3 }] },
      { 's:1': ['stock', 'pcs', 4, 0, 1, 'reserve'] },
    ]);
    expect(readBody(stored(of), of)).toEqual({ steps: of.steps, ledger: of.ledger });
  });

  it('remembers a trace where there is one, and is the same without', () => {
    const of = instance({ steps: { reserve: done('reserve') } });
    const odd = { ...of, cause: { code: 'c', message: 'm' } };
    for (const one of [of, odd]) {
      const traced = JSON.parse(writeBody(one, 'the trace')) as StoredBody;
      expect(readTrace(traced)).toBe('the trace');
      expect(readBody(traced, one)).toEqual(readBody(stored(one), one));
      expect(readTrace(stored(one))).toBeUndefined();
    }
    expect(readTrace({ steps: {}, ledger: {} })).toBeUndefined();
  });

  it('is read as it was written before', () => {
    const of = instance({
      steps: { reserve: done('reserve') },
      cause: { code: 'c', message: 'm' },
    });
    const before = JSON.parse(JSON.stringify(bodyOf(of))) as StoredBody;
    expect(readBody(before, of)).toEqual(before);
  });

  it('is refused in a form that only a newer version knows', () => {
    const newer = [3, {}, {}] as unknown as StoredBody;
    expect(() => readBody(newer, instance())).toThrow(`saga ${ID} has the unknown form 3`);
  });

  it('is the same when it is read again, whatever is in it', () => {
    fc.assert(
      fc.property(anInstance, (of) => {
        const before = JSON.parse(JSON.stringify(bodyOf(of))) as object;
        expect(readBody(stored(of), of)).toEqual(before);
      }),
      { numRuns: 500 },
    );
  });
});

const reason = fc.record({ code: fc.string(), message: fc.string() });
const moment = fc.integer({ min: NOON - 40_000_000, max: NOON + 400_000_000 });
const name = fc.oneof(fc.constantFrom('reserve', 'charge', '__proto__', 'toString'), fc.string());
const optional = { noNullPrototype: true } as const;

const command = (step: string) =>
  fc
    .record(
      {
        isOther: fc.boolean(),
        isLater: fc.boolean(),
        attempts: fc.integer({ min: 1, max: 9 }),
        sentAt: moment,
        dueAt: fc.option(moment, { nil: undefined }),
        round: fc.option(fc.constant(2), { nil: undefined }),
        error: fc.option(reason, { nil: undefined }),
      },
      optional,
    )
    .map(({ isOther, isLater, sentAt, dueAt, round, error, attempts }) => ({
      commandId: `${ID}:${step}${isOther ? '.2' : ''}`,
      issuedOn: utcDay(isLater ? sentAt - 86_400_000 : sentAt),
      attempts,
      sentAt,
      ...(dueAt !== undefined && { dueAt }),
      ...(round !== undefined && { round }),
      ...(error && { error }),
    }));

const step = (of: string) =>
  fc
    .record(
      {
        state: fc.constantFrom('sent', 'pending', 'done', 'skipped', 'undone' as const),
        command: fc.option(command(of), { nil: undefined }),
        undo: fc.option(command(of), { nil: undefined }),
        finishedAt: fc.option(moment, { nil: undefined }),
        result: fc.option(fc.dictionary(name, fc.jsonValue()), { nil: undefined }),
      },
      optional,
    )
    .map(({ state, command: sent, undo, finishedAt, result }): StepInstance => ({
      state: state as StepInstance['state'],
      ...(sent && { command: sent }),
      ...(undo && { undo: { ...undo, state: 'sent' as const, round: 1 } }),
      ...(finishedAt !== undefined && { finishedAt }),
      ...(result && { result }),
    }));

const anInstance = fc
  .record({
    steps: fc
      .uniqueArray(name, { maxLength: 4 })
      .chain((names) =>
        fc.tuple(...names.map((of) => step(of).map((made) => [of, made] as const))),
      ),
    effects: fc.uniqueArray(
      fc.record({
        id: name,
        isForeign: fc.boolean(),
        kind: fc.constantFrom('money' as const, 'stock' as const),
        taken: fc.nat(),
        returned: fc.nat(),
      }),
      { selector: ({ id }) => id, maxLength: 3 },
    ),
    cause: fc.option(reason, { nil: undefined }),
    held: fc.option(reason, { nil: undefined }),
  })
  .map(({ steps, effects, cause, held }) =>
    instance({
      steps: Object.fromEntries(steps),
      ledger: Object.fromEntries(
        effects.map(({ id, isForeign, ...effect }) => [
          id,
          { id: isForeign ? `${id}?` : id, ...effect, unit: 'JPY', revision: 1, step: 'charge' },
        ]),
      ),
      ...(cause && { cause }),
      ...(held && { held }),
    }),
  );
