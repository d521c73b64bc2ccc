import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { succeed } from './answer.js';
import {
  handledWith,
  keysOf,
  keyText,
  planBatch,
  settleBatch,
  unhandled,
  type Settlement,
} from './batch-plan.js';
import type { BarrierRow } from './barrier.js';
import { NOW, arrived, type Sent } from './spec/commands.js';

type Outcome = 'handled' | 'parked' | 'dead';

interface Delivery {
  readonly batch: readonly Sent[];
  /** What becomes of each admitted command. */
  readonly outcome: Outcome;
  /** A retry of a parked command instead of a batch from the topic. */
  readonly retried: boolean;
}

/** Barrier and parking as the database would keep them, and what the handlers did. */
class World {
  readonly rows = new Map<string, BarrierRow>();
  readonly parked = new Set<string>();
  /** Ids in the order in which their handlers changed something. */
  readonly handled: string[] = [];
  /** Ids in the order in which they were let through the barrier. */
  readonly admitted: string[] = [];

  deliver({ batch, outcome, retried }: Delivery): void {
    // A command is parked, given up and tried again alone, because only alone is it found out.
    const alone = retried || outcome !== 'handled';
    const commands = (alone ? batch.slice(0, 1) : batch).map((one) => arrived(one, retried));
    const [first] = commands;
    if (retried && !this.parked.has(first?.command.address.commandId ?? '')) return;
    const rows = keysOf(commands).flatMap((key) => this.rows.get(keyText(key)) ?? []);
    const plan = planBatch(commands, rows, NOW);
    const ids = plan.admitted.map(({ address }) => address.commandId);
    const settlement: Settlement =
      outcome === 'handled'
        ? handledWith(succeed('inventory.stock-released', {}))
        : unhandled(outcome, { code: outcome, message: '' });
    const result = settleBatch(
      plan,
      ids.map(() => settlement),
    );
    for (const row of result.insert) {
      if (this.rows.has(keyText(row))) throw new Error('inserted what is there');
    }
    for (const { row, from } of result.update) {
      if (this.rows.get(keyText(row))?.state !== from) throw new Error('updated what is not');
    }
    const changed = [...result.insert, ...result.update.map(({ row }) => row)];
    for (const row of changed) this.rows.set(keyText(row), row);
    if (retried) this.parked.delete(first?.command.address.commandId ?? '');
    for (const { commandId } of plan.unpark) this.parked.delete(commandId);
    if (outcome === 'parked') for (const id of ids) this.parked.add(id);
    this.admitted.push(...ids);
    if (outcome === 'handled') this.handled.push(...ids);
  }
}

const sent: fc.Arbitrary<Sent> = fc
  .record({
    saga: fc.constantFrom('a', 'b'),
    undo: fc.boolean(),
    redrive: fc.option(fc.constant('1'), { nil: undefined, freq: 4 }),
  })
  .map(({ saga, undo, redrive }) => ({
    id: undo ? `${saga}:undo` : saga,
    ...(undo && { undoes: saga }),
    ...(redrive !== undefined && { redrive }),
  }));
const delivery: fc.Arbitrary<Delivery> = fc.record({
  batch: fc.array(sent, { minLength: 1, maxLength: 5 }),
  outcome: fc.constantFrom<Outcome>('handled', 'handled', 'parked', 'dead'),
  retried: fc.boolean(),
});
const deliveries = fc.array(delivery, { maxLength: 25 });

describe('whatever is delivered, however often and in whatever order', () => {
  it('each command has its effect at most once', () => {
    fc.assert(
      fc.property(deliveries, (all) => {
        const world = new World();
        for (const one of all) world.deliver(one);
        expect(new Set(world.handled).size).toBe(world.handled.length);
      }),
      { numRuns: 1000 },
    );
  });

  it('nothing is handled any more once its compensation was let through', () => {
    fc.assert(
      fc.property(deliveries, (all) => {
        const world = new World();
        for (const one of all) world.deliver(one);
        for (const saga of ['a', 'b']) {
          const undone = world.admitted.indexOf(`${saga}:undo`);
          if (undone >= 0) expect(world.admitted.lastIndexOf(saga)).toBeLessThan(undone);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('the parking holds exactly what the barrier says is parked', () => {
    fc.assert(
      fc.property(deliveries, (all) => {
        const world = new World();
        for (const one of all) {
          world.deliver(one);
          const parked = [...world.rows.values()].filter(({ state }) => state === 'parked');
          expect(new Set(parked.map(({ commandId }) => commandId))).toEqual(world.parked);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('a batch means the same as its commands one by one', () => {
    fc.assert(
      fc.property(fc.array(fc.array(sent, { minLength: 1, maxLength: 6 })), (batches) => {
        const [together, alone] = [new World(), new World()];
        for (const batch of batches) {
          together.deliver({ batch, outcome: 'handled', retried: false });
          for (const one of batch) {
            alone.deliver({ batch: [one], outcome: 'handled', retried: false });
          }
        }
        expect(together.handled).toEqual(alone.handled);
        expect(together.rows).toEqual(alone.rows);
      }),
      { numRuns: 1000 },
    );
  });
});
