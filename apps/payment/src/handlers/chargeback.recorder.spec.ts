/** Promise attacked here: of disputes only those are taken over that are about a payment of ours. */
import { describe, expect, it } from '@jest/globals';
import { NotNowError } from '#participant';
import type { Payment } from '../domain/payment.js';
import { FakeProvider } from '../fixtures/fake-provider.js';
import { ORDER, payment } from '../fixtures/payments.js';
import { ProviderRejection, type BookedDispute } from '../provider/payment-provider.js';
import { disputesOf } from './chargeback.recorder.js';

const dispute = (change: Partial<BookedDispute> = {}): BookedDispute => ({
  ...{ disputeId: 'dp_1', intentId: 'pi_1', orderId: ORDER, amount: 1200, currency: 'JPY' },
  ...{ reason: 'fraudulent', status: 'open' },
  ...change,
});
const paid = payment({ status: 'captured', captured: 1200, intentId: 'pi_1' });

const looked = (disputes: readonly BookedDispute[], known: Payment | undefined) => {
  const provider = new FakeProvider();
  provider.disputes.push(...disputes);
  const find = (orderId: string) => Promise.resolve(orderId === known?.orderId ? known : undefined);
  return disputesOf(provider, find, 'pi_1');
};

describe('a look at the disputes of an intent', () => {
  it('finds all of them, whatever has become of the payment', async () => {
    const both = [dispute(), dispute({ disputeId: 'dp_2', status: 'lost' })];
    expect(await looked([...both, dispute({ intentId: 'pi_2' })], paid)).toEqual(both);
    expect(await looked(both, { ...paid, status: 'refunded', refunded: 1200 })).toEqual(both);
    const shouted = [dispute({ orderId: ORDER.toUpperCase() })];
    expect(await looked(shouted, paid)).toEqual(shouted);
  });

  it('finds none of what is not ours', async () => {
    expect(await looked([], paid)).toEqual([]);
    expect(await looked([dispute()], undefined)).toEqual([]);
    expect(await looked([dispute()], { ...paid, intentId: 'pi_other' })).toEqual([]);
    const { orderId: _, ...nameless } = dispute();
    expect(await looked([nameless], paid)).toEqual([]);
    expect(await looked([dispute({ orderId: 'order 7' })], paid)).toEqual([]);
  });

  it('waits while we do not know yet that anything was taken', async () => {
    const open = { ...paid, status: 'intended' as const, captured: 0 };
    await expect(looked([dispute()], open)).rejects.toThrow(NotNowError);
    const over = { ...open, status: 'declined' as const };
    expect(await looked([dispute()], over)).toEqual([dispute()]);
  });

  it('takes an intent that the provider does not know for one without disputes', async () => {
    const rejecting = (code: string) => ({
      disputesOf: () => Promise.reject(new ProviderRejection(code)),
    });
    const find = () => Promise.resolve(paid);
    expect(await disputesOf(rejecting('resource_missing'), find, 'pi_1')).toEqual([]);
    await expect(disputesOf(rejecting('other'), find, 'pi_1')).rejects.toThrow('other');
  });
});
