import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  releaseStock,
  reserveStock,
  restockGoods,
  secureStock,
  stockReserved,
  type CommandContract,
  type Effect,
} from '#contracts';
import { parked, type Answer } from '#participant';
import { effectOf, factEvent } from './facts.js';
import { handleCommand } from './handle-command.js';
import { issue } from './goods-out.js';
import { pieces, type Line } from './lines.js';
import { expire, hasGoods, isActive, type Reservation } from './reservation.js';
import { Shelf } from './shelf.js';
import { row } from './spec/rows.js';
import type { StockFact } from './stock-fold.js';
import type { ShelfRow } from './stock.js';

const NOW = new Date('2026-03-15T12:00:00Z');
const PRODUCTS = ['A', 'B', 'C'];
const WAREHOUSES = ['main', 'east'];
const PAIRS = PRODUCTS.flatMap((productId) =>
  WAREHOUSES.map((warehouseId) => ({ productId, warehouseId })),
);
const ORDERS = [1, 2, 3, 4].map((n) => `0195e7a0-0000-7000-8000-00000000000${n}`);
const [O1, O2] = ORDERS as [string, string];

type Step =
  | {
      readonly do: 'reserve';
      readonly orderId: string;
      readonly items: Line[];
      readonly preferredWarehouse?: string;
    }
  | {
      readonly do: 'restock';
      readonly orderId: string;
      readonly returnId: string;
      readonly items: Line[];
    }
  | { readonly do: 'secure' | 'release' | 'expire' | 'issue'; readonly orderId: string };

const CONTRACTS: Record<Exclude<Step['do'], 'expire' | 'issue'>, CommandContract> = {
  reserve: reserveStock,
  secure: secureStock,
  release: releaseStock,
  restock: restockGoods,
};

/** Rows between batches, as the database would keep them. */
class Store {
  readonly stock: Map<string, ShelfRow>;
  readonly reservations = new Map<string, Reservation>();
  readonly answers: Answer[] = [];
  readonly facts: StockFact[] = [];
  readonly reports: Effect[] = [];

  /** @param onHand of each pair */
  constructor(onHand: readonly number[]) {
    this.stock = new Map(
      PAIRS.map((pair, index) => {
        const priority = pair.warehouseId === 'main' ? 1 : 2;
        return [nameOf(pair), row({ ...pair, onHand: onHand[index] ?? 0, priority })];
      }),
    );
  }

  batch(steps: readonly Step[]): this {
    const shelf = new Shelf([...this.stock.values()], [...this.reservations.values()]);
    for (const step of steps) this.step(shelf, step);
    const { stock, reservations } = shelf.changes();
    for (const one of stock) this.stock.set(nameOf(one), one);
    for (const { before, after } of reservations) {
      expect(before).toBe(this.reservations.get(after.orderId)?.revision ?? 0);
      this.reservations.set(after.orderId, after);
    }
    return this;
  }

  private step(shelf: Shelf, step: Step): void {
    const { orderId } = step;
    if (step.do === 'expire') {
      const reservation = shelf.reservationOf(orderId);
      const change = reservation && expire(reservation, NOW);
      if (change) this.facts.push(...shelf.apply(change));
      return;
    }
    if (step.do === 'issue') {
      const issued = issue(shelf.reservationOf(orderId));
      if (issued.kind === 'issued') this.facts.push(...shelf.apply(issued.change));
      return;
    }
    const { do: _, ...payload } = step;
    const address = { commandId: 'c', issuedOn: '2026-03-15', sagaId: 's', businessKey: orderId };
    const { name } = CONTRACTS[step.do];
    try {
      const { answer, facts, moved } = handleCommand(shelf, { name, payload, address }, NOW);
      this.answers.push(answer);
      this.facts.push(...facts);
      if (moved) this.reports.push(effectOf(moved));
    } catch (error) {
      // Only what no saga sends is parked instead of answered: to put on the shelf what is not out,
      // or to give back what is.
      if (step.do !== 'restock' && step.do !== 'release') throw error;
      this.answers.push(parked({ code: 'thrown', message: '' }));
    }
  }

  /** Of each pair, what the reservations say is reserved of it. */
  promised(): Map<string, number> {
    const sums = new Map(PAIRS.map((pair) => [nameOf(pair), 0]));
    for (const reservation of this.reservations.values()) {
      if (!isActive(reservation)) continue;
      for (const one of reservation.lines) {
        sums.set(nameOf(one), (sums.get(nameOf(one)) ?? 0) + one.quantity);
      }
    }
    return sums;
  }

  /** Of each pair, how many more pieces are there than at first, as the facts have it. */
  moved(): Map<string, number> {
    const sums = new Map(PAIRS.map((pair) => [nameOf(pair), 0]));
    for (const { kind, quantity, stock } of this.facts) {
      const sign = kind === 'received' ? 1 : kind === 'issued' ? -1 : 0;
      sums.set(nameOf(stock), (sums.get(nameOf(stock)) ?? 0) + sign * quantity);
    }
    return sums;
  }
}

const nameOf = (pair: { readonly productId: string; readonly warehouseId: string }) =>
  `${pair.productId} in ${pair.warehouseId}`;

const line = fc.record({
  productId: fc.constantFrom(...PRODUCTS, 'unknown'),
  quantity: fc.integer({ min: 1, max: 6 }),
});
const orderId = fc.constantFrom(...ORDERS);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('reserve' as const),
    orderId,
    items: fc.array(line, { minLength: 1, maxLength: 4 }),
    preferredWarehouse: fc.constantFrom(...WAREHOUSES, 'unknown'),
  }),
  fc.record({ do: fc.constantFrom('secure', 'release', 'expire', 'issue' as const), orderId }),
  fc.record({
    do: fc.constant('restock' as const),
    orderId,
    returnId: fc.constantFrom('r-1', 'r-2', 'r-3'),
    items: fc.array(
      fc.record({
        productId: fc.constantFrom(...PRODUCTS),
        quantity: fc.integer({ min: 1, max: 2 }),
      }),
      { minLength: 1, maxLength: 2 },
    ),
  }),
) as fc.Arbitrary<Step>;
/** Goods come back only where some are out, which chance alone seldom brings about. */
const SOLD: readonly Step[] = [
  { do: 'reserve', orderId: O1, items: [{ productId: 'A', quantity: 3 }] },
  { do: 'secure', orderId: O1 },
];
const any = fc.array(step, { maxLength: 40 });
const steps = fc.oneof(
  any,
  any.map((rest) => [...SOLD, ...rest]),
);
const shelves = fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 6, maxLength: 6 });
const effectsIn = (answer: Answer): readonly Effect[] =>
  'effects' in answer ? (answer.effects ?? []) : [];

describe('any sequence of commands', () => {
  it('never oversells, never goes negative and loses no piece', () => {
    fc.assert(
      fc.property(shelves, steps, (onHand, sequence) => {
        const store = new Store(onHand);
        for (const one of sequence) {
          store.batch([one]);
          const promised = store.promised();
          const moved = store.moved();
          for (const [index, pair] of PAIRS.entries()) {
            const name = nameOf(pair);
            const { onHand: there, reserved } = store.stock.get(name) as ShelfRow;
            const left = (onHand[index] ?? 0) + (moved.get(name) ?? 0);
            if (there !== left) throw new Error('pieces were lost');
            if (reserved !== promised.get(name)) throw new Error('a promise was lost');
            if (reserved < 0 || reserved > there) throw new Error('oversold');
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it('reports to the ledger exactly what each order still has', () => {
    fc.assert(
      fc.property(shelves, steps, (onHand, sequence) => {
        const store = new Store(onHand);
        for (const one of sequence) {
          store.batch([one]);
          for (const reservation of store.reservations.values()) {
            const { lines, taken, returned } = reservation;
            expect(taken - returned).toBe(hasGoods(reservation) ? pieces(lines) : 0);
          }
        }
        const latest = new Map<string, Effect>();
        for (const effect of store.answers.flatMap(effectsIn)) {
          const known = latest.get(effect.id);
          expect(effect.revision).toBeGreaterThanOrEqual(known?.revision ?? 0);
          // The same revision never says two different things.
          if (known?.revision === effect.revision) expect(effect).toEqual(known);
          latest.set(effect.id, effect);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('means the same in one batch as in many', () => {
    fc.assert(
      fc.property(shelves, steps, fc.integer({ min: 1, max: 10 }), (onHand, sequence, size) => {
        const alone = new Store(onHand);
        for (const one of sequence) alone.batch([one]);
        const together = new Store(onHand);
        for (let from = 0; from < sequence.length; from += size) {
          together.batch(sequence.slice(from, from + size));
        }
        expect(together.answers).toEqual(alone.answers);
        expect(together.facts).toEqual(alone.facts);
        expect(together.reports).toEqual(alone.reports);
        expect(together.stock).toEqual(alone.stock);
        expect(together.reservations).toEqual(alone.reservations);
      }),
      { numRuns: 150 },
    );
  });

  it('tells every change of a product in a warehouse once, without gaps', () => {
    fc.assert(
      fc.property(shelves, steps, (onHand, sequence) => {
        const { facts, stock } = new Store(onHand).batch(sequence);
        for (const pair of PAIRS) {
          const revisions = facts
            .filter((fact) => fact.kind !== 'insufficient' && nameOf(fact.stock) === nameOf(pair))
            .map((fact) => fact.stock.revision);
          expect(revisions).toEqual(revisions.map((_, index) => index + 2));
          expect(stock.get(nameOf(pair))?.revision).toBe(revisions.length + 1);
        }
      }),
    );
  });
});

describe('the answers', () => {
  const reserveA: Step = {
    do: 'reserve',
    orderId: O1,
    items: [{ productId: 'A', quantity: 2 }],
  };
  const outcomes = (...sequence: Step[]) =>
    new Store([2, 1])
      .batch(sequence)
      .answers.map((answer) => ('name' in answer ? answer.name : answer.outcome));

  it('fit their contracts', () => {
    const sequence: Step[] = [
      reserveA,
      { ...reserveA, orderId: O2 },
      { ...reserveA, items: [{ productId: 'A', quantity: 1 }] },
      { do: 'secure', orderId: O1 },
      { do: 'restock', orderId: O1, returnId: 'r-1', items: [{ productId: 'A', quantity: 1 }] },
      { do: 'release', orderId: O1 },
      { do: 'secure', orderId: O1 },
      { do: 'release', orderId: 'never seen' },
    ];
    const { answers } = new Store([2, 1]).batch(sequence);
    answers.forEach((answer, index) => {
      if (answer.outcome !== 'succeeded' && answer.outcome !== 'refused') throw new Error('other');
      const kind = (sequence[index] as Step).do as keyof typeof CONTRACTS;
      const contract = CONTRACTS[kind].replies[answer.name];
      expect(contract?.kind).toBe(answer.outcome === 'succeeded' ? 'success' : 'refusal');
      expect(contract?.data.safeParse(answer.result).success).toBe(true);
    });
  });

  it('refuse what falls short, whatever the order has reserved otherwise, and what expired', () => {
    expect(
      outcomes(
        reserveA,
        { ...reserveA, orderId: O2 },
        { do: 'expire', orderId: O1 },
        { do: 'secure', orderId: O1 },
        { ...reserveA, orderId: O2 },
        { do: 'secure', orderId: O2 },
        { do: 'release', orderId: O2 },
        { do: 'release', orderId: O2 },
      ),
    ).toEqual([
      'inventory.stock-reserved',
      'inventory.stock-insufficient',
      'inventory.reservation-expired',
      'inventory.stock-reserved',
      'inventory.stock-secured',
      'inventory.stock-released',
      'inventory.stock-released',
    ]);
  });

  it('name the warehouses that give what was reserved', () => {
    const reserve: Step = { ...reserveA, items: [{ productId: 'A', quantity: 3 }] };
    const { answers } = new Store([2, 1]).batch([reserve, reserve]);
    const allocations = [
      { productId: 'A', warehouseId: 'main', quantity: 2 },
      { productId: 'A', warehouseId: 'east', quantity: 1 },
    ];
    for (const answer of answers) expect(answer).toMatchObject({ result: { allocations } });
  });

  it('are accompanied by facts that fit their contracts', () => {
    const { facts } = new Store([2, 1]).batch([reserveA]);
    const [event] = facts.map((fact) => factEvent(fact, NOW.toISOString()));
    expect(event).toMatchObject({
      topic: 'inventory.events',
      key: 'A',
      id: 'inventory.reserved:A/main@2',
      type: 'com.example.inventory.reserved',
    });
    expect(stockReserved.data.parse(event?.data)).toMatchObject({
      quantity: 2,
      orderId: O1,
      warehouseId: 'main',
    });
  });
});
