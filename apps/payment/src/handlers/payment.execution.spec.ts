/**
 * Promises attacked here: money is taken at most once; what is taken back leaves nothing taken; and
 * what our row says in the end is what the provider's books say, wherever a run is cut off.
 */
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { OutboundError } from '#platform';
import { acceptCharge, acceptUndo } from '../domain/accept.js';
import { nextStep } from '../domain/next-step.js';
import { chargeVerdict, type Payment } from '../domain/payment.js';
import { settle, type Outcome } from '../domain/settle.js';
import { DiedError, FakeProvider, type Fault } from '../fixtures/fake-provider.js';
import { ORDER, charge, payment } from '../fixtures/payments.js';
import { AwaitingCustomerError, PaymentExecution, UndecidedError } from './payment.execution.js';

const FAULTS: readonly Fault[] = ['none', 'lost-request', 'lost-answer', 'dies'];
const MAX_RUNS = 30;

interface Plan {
  readonly faults?: readonly Fault[];
  readonly token?: string;
  /** Given when the first one was declined. */
  readonly nextToken?: string;
  /** It is paid by transfer: what the customer does when asked. */
  readonly customer?: 'pays' | 'is late' | 'forgets';
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
    this.row = plan.customer
      ? payment({ method: 'bank_transfer', sealedToken: null, email: 'kim@example.com' })
      : payment({ sealedToken: `sealed:${plan.token ?? 'tok_ok'}` });
    this.provider = new FakeProvider(plan.faults, (callNo) => this.between(callNo));
    this.execution = new PaymentExecution(
      this.provider,
      { open: (sealed) => sealed.slice('sealed:'.length) },
      {
        find: () => Promise.resolve(this.row),
        storeIntent: ({ attempt }, intentId) => {
          const { row } = this;
          const isWanted = row.status === 'accepted' && row.wanted === 'captured';
          const wants = isWanted && row.attempt === attempt;
          if (wants) this.row = { ...this.row, status: 'intended', intentId };
          return Promise.resolve(wants);
        },
        instruct: (_orderId, instructions) => {
          this.row = settle(this.row, { kind: 'instructed', instructions });
          return Promise.resolve();
        },
      },
      { payWithinMs: plan.customer === 'forgets' ? -1 : 60_000, pollMs: 1_000 },
    );
  }

  /** Runs as the workers would, until there is nothing left to do. */
  async finish(lostOutcomes = this.plan.lostOutcomes ?? 0): Promise<void> {
    if (this.plan.undoAfter === 0) this.undo();
    for (let run = 0; run < MAX_RUNS && nextStep(this.row) !== 'rest'; run += 1) {
      const outcome = await this.attempt();
      if (run >= lostOutcomes && outcome) this.row = settle(this.row, outcome);
      if (this.row.status === 'declined') this.giveAnotherCard();
    }
    if (nextStep(this.row) !== 'rest') throw new Error(`no end after ${MAX_RUNS} runs`);
  }

  /** What is still on its way when all is over arrives, too. */
  async end(): Promise<void> {
    await this.finish();
    this.provider.allArrive();
  }

  async attempt(): Promise<Outcome | undefined> {
    try {
      return await this.execution.execute(ORDER, new AbortController().signal);
    } catch (error) {
      const known = [OutboundError, UndecidedError, DiedError];
      if (error instanceof AwaitingCustomerError) {
        expect(this.row.instructions).toMatchObject({ reference: 'R-1' });
        if (this.plan.customer === 'pays') this.provider.customerPays();
        else this.provider.timeRunsOut();
        return undefined;
      }
      if (!known.some((kind) => error instanceof kind)) throw error;
      return undefined;
    }
  }

  private giveAnotherCard(): void {
    if (this.plan.nextToken === undefined || this.row.attempt > 1) return;
    const sealedToken = `sealed:${this.plan.nextToken}`;
    const acceptance = acceptCharge(this.row, charge({ sealedToken }), 'charge-2');
    if (acceptance.kind === 'later') this.row = acceptance.payment;
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
    const { customer, token = 'tok_ok', nextToken } = this.plan;
    const isPaid = customer ? customer === 'pays' : [token, nextToken].includes('tok_ok');
    // Which of its requests came first is the provider's to know; the row must say the same.
    const mayBePaid = token === 'tok_funds_come' && row.status === 'captured';
    const due = row.wanted === 'captured' && (isPaid || mayBePaid);
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
  await world.end();
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
    const { orderId, amount, currency, method, customerId } = payment();
    const payer = { customerId };
    const intentId = await world.provider.createIntent({
      ...{ orderId, amount, currency, method, payer },
      attempt: 1,
    });
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

  it('is not harmed by requests that arrive late, also when they are answered otherwise', async () => {
    const plans = ['tok_ok', 'tok_declined', 'tok_funds_come'].flatMap((token) =>
      late(undoing([0, 1, 2, 3, 4, 5])).map((plan) => ({ token, ...plan })),
    );
    expect(plans).toHaveLength(3 * 64 * 4 * LATE.length * 7);
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

describe('another card', () => {
  const all = (cards: Pick<Plan, 'token' | 'nextToken'>) =>
    sequences(4).flatMap((faults) =>
      [0, 1, 2].flatMap((lostOutcomes) =>
        undoing([0, 1, 2, 3, 4, 5]).map((undo) => ({ ...cards, faults, lostOutcomes, ...undo })),
      ),
    );

  it('is charged after a declined one, with an intent of its own', async () => {
    const { row, provider } = await ended({ token: 'tok_declined', nextToken: 'tok_ok' });
    const first = ['create', 'confirm', 'cancel'];
    expect(provider.calls).toEqual([...first, 'cancel', 'create', 'confirm']);
    expect(row).toMatchObject({
      status: 'captured',
      attempt: 2,
      captured: 1200,
      sealedToken: null,
    });
    const states = [...provider.intents.values()].map(({ state }) => state.kind);
    expect(states).toEqual(['canceled', 'captured']);
  });

  it('that is declined too ends with what the provider said of it', async () => {
    const { row } = await ended({ token: 'tok_declined', nextToken: 'tok_declined' });
    expect(row).toMatchObject({ status: 'declined', attempt: 2, problemCode: 'no_funds' });
  });

  it('ends right under every combination of faults, losses and a refund at any moment', async () => {
    const plans = [
      ...all({ token: 'tok_declined', nextToken: 'tok_ok' }),
      ...all({ token: 'tok_declined', nextToken: 'tok_declined' }),
    ];
    expect(plans).toHaveLength(2 * 256 * 3 * 7);
    expect(await faultsOf(plans)).toEqual([]);
  });

  it('is not harmed by requests that arrive late', async () => {
    const cards = ['tok_ok', 'tok_declined'];
    const plans = cards.flatMap((token) =>
      cards.flatMap((nextToken) =>
        late(undoing([1, 2, 3, 4, 5])).map((plan) => ({ token, nextToken, ...plan })),
      ),
    );
    expect(plans).toHaveLength(4 * 64 * 4 * LATE.length * 6);
    expect(await faultsOf(plans)).toEqual([]);
  });

  it('is not harmed by a run with the first one that stalls and goes on', async () => {
    const plans = sequences(3).flatMap((faults) =>
      [1, 2, 3].map((stallAfter) => ({
        ...{ faults, stallAfter, lostOutcomes: 1 },
        ...{ token: 'tok_declined', nextToken: 'tok_ok' },
      })),
    );
    expect(await faultsOf(plans)).toEqual([]);
  });
});

describe('a payment that the customer makes', () => {
  it('is asked for once, told of once, and taken when it is made', async () => {
    const { row, provider } = await ended({ customer: 'pays' });
    expect(provider.calls).toEqual(['create', 'confirm', 'find']);
    expect(row).toMatchObject({ status: 'captured', captured: 1200, email: null });
  });

  it('expires at the provider, and cannot be made any more', async () => {
    const { row, provider } = await ended({ customer: 'is late' });
    expect(provider.calls).toEqual(['create', 'confirm', 'find', 'cancel']);
    expect(row).toMatchObject({ status: 'expired', email: null });
  });

  it('expires by our own clock where the provider knows no end', async () => {
    const { row, provider } = await ended({ customer: 'forgets' });
    expect(provider.calls).toEqual(['create', 'confirm', 'cancel']);
    expect(row.status).toBe('expired');
  });

  it('ends right under every combination of faults, losses and a refund at any moment', async () => {
    const plans = sequences(4).flatMap((faults) =>
      (['pays', 'is late', 'forgets'] as const).flatMap((customer) =>
        [0, 1, 2].flatMap((lostOutcomes) =>
          undoing([0, 1, 2, 3, 4]).map((undo) => ({ faults, customer, lostOutcomes, ...undo })),
        ),
      ),
    );
    expect(plans).toHaveLength(256 * 3 * 3 * 6);
    expect(await faultsOf(plans)).toEqual([]);
  });
});

/** By so many calls; more than are made stands for "when all is over". */
const LATE = [1, 2, 3, 4, 5, 6, 99];

/** One request is late, whichever it is, among any other faults. */
const late = (undo: readonly Pick<Plan, 'undoAfter'>[]): Plan[] =>
  sequences(3).flatMap((others) =>
    [0, 1, 2, 3].flatMap((at) =>
      LATE.flatMap((lateBy) => {
        const faults = [...others.slice(0, at), { lateBy }, ...others.slice(at)];
        return undo.map((one) => ({ faults, ...one }));
      }),
    ),
  );

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
