/**
 * Promises attacked here: what the customer pays is asked for once, whichever adapter carries it, and
 * is captured, expired or canceled, and only one of them.
 */
import { describe, expect, it } from '@jest/globals';
import { ProviderRejection } from '../../apps/payment/src/provider/payment-provider.js';
import {
  ADAPTERS,
  ProviderContract,
  orderOf,
  slowly,
  errorOf,
  instructionsOf,
  DAY_MS,
} from './provider-contract.js';

describe.each(ADAPTERS)('the payment provider %s', (_name, adapterOver) => {
  const of = new ProviderContract(adapterOver);

  describe('payment in a shop', () => {
    it('tells the customer how, where and until when', async () => {
      const id = await of.opened(orderOf('convenience_store'));
      const state = await of.provider.confirmIntent(id, slowly('convenience_store'));
      expect(state).toEqual({
        kind: 'awaiting-customer',
        instructions: {
          reference: expect.stringMatching(/^\d{10,11}$/),
          url: expect.stringMatching(/^https:/),
          payBy: expect.any(String),
        },
      });
      const { payBy = '' } = instructionsOf(state);
      // the end of the third day from now in Japan
      expect(payBy).toMatch(/T14:59:59\.000Z$/);
      const leftDays = (Date.parse(payBy) - of.nowMs) / DAY_MS;
      expect(leftDays).toBeGreaterThan(3 - 1 / 24 / 60);
      expect(leftDays).toBeLessThan(4);
      expect(await of.provider.findIntent(id)).toEqual(state);
    });

    it('has the same number when it is asked for again', async () => {
      const id = await of.awaiting('convenience_store');
      const known = await of.provider.findIntent(id);
      expect(await of.provider.confirmIntent(id, slowly('convenience_store'))).toEqual(known);
    });

    it('is captured when the customer has paid', async () => {
      const id = await of.awaiting('convenience_store');
      expect(await of.control(`intents/${id}/pay`)).toBe(200);
      expect(await of.provider.findIntent(id)).toEqual({ kind: 'captured', amount: 1200 });
      expect(await of.provider.cancelIntent(id)).toEqual({ kind: 'captured', amount: 1200 });
    });

    it('expires, cannot be paid any more, and is canceled then', async () => {
      const id = await of.awaiting('convenience_store');
      expect(await of.control(`intents/${id}/expire`)).toBe(200);
      expect(await of.provider.findIntent(id)).toEqual({ kind: 'expired' });
      expect(await of.control(`intents/${id}/pay`)).toBe(400);
      expect(await of.provider.cancelIntent(id)).toEqual({ kind: 'canceled' });
    });

    it('is canceled while the customer could pay, and cannot be paid then', async () => {
      const id = await of.awaiting('convenience_store');
      expect(await of.provider.cancelIntent(id)).toEqual({ kind: 'canceled' });
      expect(await of.control(`intents/${id}/pay`)).toBe(400);
      expect(await of.audit(id)).toMatchObject({ captures: 0 });
    });

    it('in another currency is a rejection', async () => {
      const order = { ...orderOf('convenience_store'), currency: 'EUR' };
      expect(await errorOf(of.provider.createIntent(order))).toBeInstanceOf(ProviderRejection);
    });
  });

  describe('a bank transfer', () => {
    it.each(['JPY', 'GBP', 'USD', 'MXN'])('in %s has a reference and no end', async (currency) => {
      const id = await of.opened({ ...orderOf('bank_transfer'), currency });
      const state = await of.provider.confirmIntent(id, slowly('bank_transfer'));
      const reference = expect.stringMatching(/^\d{10}$/);
      const url = expect.stringMatching(/^https:/);
      expect(state).toEqual({ kind: 'awaiting-customer', instructions: { reference, url } });
      expect(await of.provider.findIntent(id)).toEqual(state);
    });

    it('is captured when the money is there', async () => {
      const id = await of.awaiting('bank_transfer');
      expect(await of.control(`intents/${id}/pay`)).toBe(200);
      expect(await of.provider.findIntent(id)).toEqual({ kind: 'captured', amount: 1200 });
    });

    it('is canceled while the money is not there', async () => {
      const id = await of.awaiting('bank_transfer');
      expect(await of.provider.cancelIntent(id)).toEqual({ kind: 'canceled' });
    });

    it('that is asked for again is the same intent of the same customer', async () => {
      const order = orderOf('bank_transfer');
      expect(await of.opened(order)).toBe(await of.opened(order));
    });

    it('in a currency that needs to know more is a rejection', async () => {
      const order = { ...orderOf('bank_transfer'), currency: 'EUR' };
      expect(await errorOf(of.provider.createIntent(order))).toBeInstanceOf(ProviderRejection);
    });
  });
});
