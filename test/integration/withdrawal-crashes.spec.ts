/**
 * Promises attacked here: wherever a process ends between what the bank did and what we wrote, another
 * one goes on, and the money is paid once.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ACCOUNTS } from '../../apps/sandbox-bank/src/domain/payout.js';
import type { Bank } from '../../apps/withdrawal/src/provider/bank.js';
import { Gate } from './participant-harness.js';
import { WithdrawalWorld, commandsOf } from './withdrawal-world.js';

jest.setTimeout(240_000);

type Place = 'before pay' | 'after pay';

/** Stops a run at one place, the first time it comes there, until the test lets it go on. */
class Stall {
  readonly reached = new Gate();
  readonly goOn = new Gate();
  private done = false;

  constructor(private readonly place: Place) {}

  readonly around = (inner: Bank): Bank => ({
    find: (order) => inner.find(order),
    pay: async (order) => {
      await this.stop('before pay');
      const answer = await inner.pay(order);
      await this.stop('after pay');
      return answer;
    },
  });

  private async stop(place: Place): Promise<void> {
    if (place !== this.place || this.done) return;
    this.done = true;
    this.reached.open();
    await this.goOn.passed;
  }
}

describe('a payout whose process ends', () => {
  let world: WithdrawalWorld;
  let stall: Stall | undefined;
  beforeAll(async () => {
    world = await WithdrawalWorld.start({ slowPayoutMs: 100 });
  }, 240_000);
  afterEach(async () => {
    stall?.goOn.open();
    await world.stopReplicas();
  });
  afterAll(() => world.stop());

  it.each<[Place, string | undefined, string]>([
    ['before pay', undefined, 'succeeded'],
    ['after pay', undefined, 'succeeded'],
    ['before pay', ACCOUNTS.slow, 'succeeded'],
    ['after pay', ACCOUNTS.slow, 'succeeded'],
    ['before pay', ACCOUNTS.closed, 'refused'],
    ['after pay', ACCOUNTS.closed, 'refused'],
    ['after pay', ACCOUNTS.slowlyClosed, 'refused'],
  ])(
    '%s (account %s) is %s once by another, also when the first one wakes up again',
    async (place, number, outcome) => {
      const stalled = (stall = new Stall(place));
      const first = await world.replica({ takesOver: false, around: stalled.around });
      const id = await first.requested(5000, number);
      const { pay } = commandsOf(id);
      await first.deliver(pay);
      await stalled.reached.passed;
      const second = await world.replica();
      await first.expireLeases();
      expect(await second.final(pay)).toMatchObject({ outcome });
      stalled.goOn.open();
      await first.stop(); // ends when its run has ended
      const finals = [first, second]
        .flatMap((replica) => replica.outcomes(pay))
        .filter((said) => said !== 'pending');
      expect(finals).toEqual([outcome]);
      const status = outcome === 'succeeded' ? 'paid' : 'refused';
      expect(await world.books(id)).toMatchObject([{ status }]);
      const paid = [first, second]
        .flatMap((replica) => replica.facts(id))
        .filter(([name]) => name === 'withdrawal.paid');
      expect(paid).toHaveLength(outcome === 'succeeded' ? 1 : 0);
      expect(await second.withdrawal(id)).toMatchObject({ payout: status });
    },
  );
});
