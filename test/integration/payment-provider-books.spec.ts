/**
 * Promises attacked here: money goes back once, whatever is forgotten, and the list of intents says of
 * each what was taken and given back, whichever adapter asks.
 */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import {
  ProviderRejection,
  type BookedIntent,
} from '../../apps/payment/src/provider/payment-provider.js';
import {
  ADAPTERS,
  ProviderContract,
  orderOf,
  byCard,
  errorOf,
  KEY_LIFETIME_MS,
} from './provider-contract.js';

describe.each(ADAPTERS)('the payment provider %s', (_name, adapterOver) => {
  const of = new ProviderContract(adapterOver);

  describe('giving back', () => {
    const orderId = randomUUID();

    it('is all that is left, once, also when the provider has forgotten that it did', async () => {
      const intentId = await of.captured();
      expect(await of.provider.refund({ orderId: intentId, intentId })).toBe(1200);
      expect(await of.provider.refund({ orderId: intentId, intentId })).toBe(1200);
      of.nowMs += KEY_LIFETIME_MS;
      expect(await of.provider.refund({ orderId: intentId, intentId })).toBe(1200);
      expect(await of.audit(intentId)).toMatchObject({ refunded: 1200 });
      expect(await of.provider.totalRefunded(intentId)).toBe(1200);
    });

    it('is one part a return, whatever is forgotten, and then the rest', async () => {
      const intentId = await of.captured();
      const part = { returnId: randomUUID(), amount: 300 };
      const other = { returnId: randomUUID(), amount: 200 };
      for (const returned of [part, part, other]) {
        expect(await of.provider.refund({ orderId, intentId, part: returned })).toBe(
          returned.amount,
        );
        of.nowMs += KEY_LIFETIME_MS;
      }
      expect(await of.provider.totalRefunded(intentId)).toBe(500);
      await of.provider.refund({ orderId: intentId, intentId });
      expect(await of.audit(intentId)).toMatchObject({ refunded: 1200 });
      const late = { returnId: randomUUID(), amount: 1 };
      const error = await errorOf(of.provider.refund({ orderId, intentId, part: late }));
      expect(error).toBeInstanceOf(ProviderRejection);
    });

    it('counts no refund that the customer’s bank sent back', async () => {
      const intentId = await of.captured();
      await of.provider.refund({ orderId: intentId, intentId });
      const [refund] = (await of.audit(intentId)).refunds;
      expect(await of.control(`refunds/${refund?.id}/fail`)).toBe(200);
      expect(await of.provider.totalRefunded(intentId)).toBe(0);
    });

    it('what was not taken is a rejection', async () => {
      const intentId = await of.opened();
      const error = await errorOf(of.provider.refund({ orderId: intentId, intentId }));
      expect(error).toBeInstanceOf(ProviderRejection);
    });
  });

  describe('the list of intents', () => {
    const allIn = async (from: Date, to: Date): Promise<BookedIntent[]> => {
      const all: BookedIntent[] = [];
      let cursor: string | undefined;
      do {
        const page = await of.provider.listIntents({ from, to }, cursor);
        expect(page.intents.length).toBeLessThanOrEqual(100);
        all.push(...page.intents);
        cursor = page.next;
      } while (cursor !== undefined);
      return all;
    };

    it('says of each where it stands, and what was taken and given back', async () => {
      of.nowMs += 10_000;
      const from = new Date(of.nowMs);
      const paid = orderOf();
      const paidId = await of.opened(paid);
      await of.provider.confirmIntent(paidId, byCard('tok_ok'));
      const part = { returnId: randomUUID(), amount: 300 };
      await of.provider.refund({ orderId: paid.orderId, intentId: paidId, part });
      const declined = await of.opened();
      await of.provider.confirmIntent(declined, byCard('tok_declined'));
      const shop = await of.awaiting('convenience_store');
      const expired = await of.awaiting('convenience_store');
      await of.control(`intents/${expired}/expire`);
      const canceled = await of.opened();
      await of.provider.cancelIntent(canceled);
      const untouched = await of.opened();

      const to = new Date(of.nowMs + 1000);
      const listed = await allIn(from, to);
      const nothing = { captured: 0, refunded: 0 };
      expect(listed).toMatchObject([
        { intentId: untouched, status: 'unconfirmed', ...nothing },
        { intentId: canceled, status: 'canceled', ...nothing },
        { intentId: expired, status: 'expired', ...nothing },
        { intentId: shop, status: 'awaiting-customer', ...nothing },
        { intentId: declined, status: 'declined', ...nothing },
        { intentId: paidId, status: 'captured', captured: 1200, refunded: 300 },
      ]);
      const { orderId } = paid;
      expect(listed.at(-1)).toMatchObject({ orderId, amount: 1200, currency: 'JPY' });
    });

    it('is whole page by page, and each intent is in one of two spans that meet', async () => {
      of.nowMs += 10_000;
      const from = new Date(of.nowMs);
      const ids: string[] = [];
      for (let n = 0; n < 105; n += 1) {
        ids.unshift(await of.opened());
        of.nowMs += 50;
      }
      const between = new Date(from.getTime() + 2_500);
      const to = new Date(of.nowMs + 1_000);
      expect((await allIn(from, to)).map(({ intentId }) => intentId)).toEqual(ids);
      const later = await allIn(between, to);
      const earlier = await allIn(from, between);
      expect([...later, ...earlier].map(({ intentId }) => intentId)).toEqual(ids);
      expect(earlier.length).toBeGreaterThan(0);
      expect(later.length).toBeGreaterThan(0);
    });
  });
});
