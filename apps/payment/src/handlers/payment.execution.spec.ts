/**
 * Promises attacked here: money is taken at most once; what is taken back leaves nothing taken; and
 * what our row says in the end is what the provider's books say, wherever a run is cut off.
 */
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { OutboundError } from '#platform';
import { acceptUndo } from '../domain/accept.js';
import { nextStep } from '../domain/next-step.js';
import { chargeVerdict, type Payment } from '../domain/payment.js';
import { settle, type Outcome } from '../domain/settle.js';
import { DiedError, FakeProvider, type Fault } from '../fixtures/fake-provider.js';
import { ORDER, payment } from '../fixtures/payments.js';
import { PaymentExecution, UndecidedError } from './payment.execution.js';

const FAULTS: readonly Fault[] = ['none', 'lost-request', 'lost-answer', 'dies'];
const MAX_RUNS = 30;

interface Plan {
  readonly faults?: readonly Fault[];
  readonly token?: string;
  /** It is taken back after this many calls to the provider; 0 = before the first. */
  readonly undoAfter?: number;
  /** That many outcomes are lost: the lease had ended. */
  readonly lostOutcomes?: number;
  /** After this call the run stalls, and goes on when another one has done everything. */
  readonly stallAfter?: number;
}

class World {
  row: Payment;
  readonly provider: FakeProvider;
  readonly execution: PaymentExecution;

  constructor(private readonly plan: Plan) {
    this.row = payment({ sealedToken: `sealed:${plan.token ?? 'tok_ok'}` });
    this.provider = new FakeProvider(plan.faults, (callNo) => this.between(callNo));
    this.execution = new PaymentExecution(
      this.provider,
      { open: (sealed) => sealed.slice('sealed:'.length) },
      {
        find: () => Promise.resolve(this.row),
        storeIntent: (_orderId, intentId) => {
          const wants = this.row.status === 'accepted' && this.row.wanted === 'captured';
          if (wants) this.row = { ...this.row, status: 'intended', intentId };
          return Promise.resolve(wants);
        },
      },
    );
  }

  /** Runs as the workers would, until there is nothing left to do. */
  async finish(lostOutcomes = this.plan.lostOutcomes ?? 0): Promise<void> {
    if (this.plan.undoAfter === 0) this.undo();
    for (let run = 0; run < MAX_RUNS && nextStep(this.row) !== 'rest'; run += 1) {
      const outcome = await this.attempt();
      if (run >= lostOutcomes && outcome) this.row = settle(this.row, outcome);
    }
    if (nextStep(this.row) !== 'rest') throw new Error(`no end after ${MAX_RUNS} runs`);
  }

  async attempt(): Promise<Outcome | undefined> {
    try {
      return await this.execution.execute(ORDER, new AbortController().signal);
    } catch (error) {
      const known = [OutboundError, UndecidedError, DiedError];
      if (!known.some((kind) => error instanceof kind)) throw error;
      return undefined;
    }
  }

  private undo(): void {
    const acceptance = acceptUndo(this.row, 'undo-1');
    if (acceptance.kind === 'later') this.row = acceptance.payment;
  }

  private async between(callNo: number): Promise<void> {
    if (callNo === this.plan.undoAfter) this.undo();
    if (callNo === this.plan.stallAfter) await this.finish(0);
  }

  /** What is wrong in the end, with how it came to be; undefined when all is right. */
  fault(): object | undefined {
    const { captures, taken, refunded } = this.provider.totals;
    const { row } = this;
    const due = row.wanted === 'captured' && (this.plan.token ?? 'tok_ok') === 'tok_ok';
    const seen = {
      once: captures <= 1,
      books: taken - refunded,
      row: row.captured - row.refunded,
      final: chargeVerdict(row) !== undefined,
    };
    const right = { once: true, books: due ? 1200 : 0, row: due ? 1200 : 0, final: true };
    if (isDeepStrictEqual(seen, right)) return undefined;
    return { plan: this.plan, calls: this.provider.calls, payment: row, seen, right };
  }
}

async function ended(plan: Plan): Promise<World> {
  const world = new World(plan);
  await world.finish();
  return world;
}

const sequences = (length: number): Fault[][] =>
  length === 0
    ? [[]]
    : sequences(length - 1).flatMap((rest) => FAULTS.map((fault) => [fault, ...rest]));

describe('driving a payment', () => {
  it('takes the money with two calls when nothing goes wrong', async () => {
    const { row, provider } = await ended({});
    expect(provider.calls).toEqual(['create', 'confirm']);
    expect(row).toMatchObject({ status: 'captured', intentId: 'pi_1', captured: 1200 });
  });

  it('looks up what became of a charge whose answer was lost, and does not charge again', async () => {
    const { row, provider } = await ended({ faults: ['none', 'lost-answer'] });
    expect(provider.calls).toEqual(['create', 'confirm', 'find']);
    expect(row.status).toBe('captured');
  });

  it('asks the provider nothing about what was taken back before the intent was stored', async () => {
    const { row, provider } = await ended({ undoAfter: 0 });
    expect(provider.calls).toEqual([]);
    expect(row.status).toBe('canceled');
  });

  it('does not confirm an intent that was taken back while it was being made', async () => {
    const { row, provider } = await ended({ undoAfter: 1 });
    expect(provider.calls).toEqual(['create']);
    expect(row.status).toBe('canceled');
  });

  it('says why the provider will not do it, and asks no more', async () => {
    const world = new World({});
    world.row = payment({ status: 'intended', intentId: 'pi_unknown' });
    await world.finish();
    expect(world.row).toMatchObject({ status: 'failed', problemCode: 'resource_missing' });
    expect(world.provider.calls).toEqual(['find']);
  });

  it('fails a payment whose token cannot be opened, without asking the provider', async () => {
    const world = new World({});
    world.row = payment({ sealedToken: null });
    await world.finish();
    expect(world.row).toMatchObject({ status: 'failed', problemCode: 'token-unreadable' });
    expect(world.provider.calls).toEqual([]);
  });

  it('takes an intent that somebody else canceled for a refusal', async () => {
    const world = new World({});
    const intentId = await world.provider.createIntent(payment());
    await world.provider.cancelIntent(intentId);
    world.row = payment({ status: 'intended', intentId });
    await world.finish();
    expect(world.row).toMatchObject({ status: 'declined', problemCode: 'intent-canceled' });
  });

  it('ends right under every combination of faults, losses and a refund at any moment', async () => {
    const plans = sequences(4).flatMap((faults) =>
      ['tok_ok', 'tok_declined'].flatMap((token) =>
        [0, 1, 2].flatMap((lostOutcomes) =>
          undoing([0, 1, 2, 3, 4, 5]).map((undo) => ({ faults, token, lostOutcomes, ...undo })),
        ),
      ),
    );
    expect(plans).toHaveLength(256 * 2 * 3 * 7);
    expect(await faultsOf(plans)).toEqual([]);
  });

  it('is not harmed by a run that stalls, loses its lease, and goes on', async () => {
    // The stalled run's own outcome counts for nothing: another one holds the lease.
    const plans = sequences(3).flatMap((faults) =>
      [1, 2, 3].flatMap((stallAfter) =>
        undoing([0, 1, 2, 3]).map((undo) => ({ faults, stallAfter, lostOutcomes: 1, ...undo })),
      ),
    );
    expect(plans).toHaveLength(64 * 3 * 5);
    expect(await faultsOf(plans)).toEqual([]);
  });
});

const undoing = (moments: readonly number[]): Pick<Plan, 'undoAfter'>[] => [
  {},
  ...moments.map((undoAfter) => ({ undoAfter })),
];

async function faultsOf(plans: readonly Plan[]): Promise<object[]> {
  const faults: object[] = [];
  for (const plan of plans) {
    const fault = (await ended(plan)).fault();
    if (fault && faults.length < 3) faults.push(fault);
  }
  return faults;
}
