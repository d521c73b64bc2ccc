import { eventType, merchantCreated, merchantUpdated, type MerchantFact } from '#contracts';
import type { OutgoingEvent } from '#messaging';
import type { Merchant } from './merchant.js';

/**
 * Why somebody is suspended, and what their keys are called, stays here: nobody else needs it.
 * @param time RFC 3339
 */
export function factEvent(merchant: Merchant, time: string): OutgoingEvent<MerchantFact> {
  const { name, topic } = merchant.revision === 1 ? merchantCreated : merchantUpdated;
  const { suspendReason: _, feeRates, payoutAccounts, apiKeys, ...rest } = merchant;
  return {
    topic,
    key: merchant.merchantId,
    id: `${name}:${merchant.merchantId}@${merchant.revision}`,
    source: 'merchant',
    type: eventType(name),
    subject: merchant.merchantId,
    time,
    data: {
      ...rest,
      feeRates: [...feeRates],
      payoutAccounts: [...payoutAccounts],
      apiKeys: apiKeys.map(({ keyId, hash }) => ({ keyId, hash })),
      occurredAt: time,
    },
  };
}
