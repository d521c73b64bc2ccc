import { shownAccount } from '#contracts';
import type { Merchant } from '../domain/merchant.js';
import type { MerchantDto } from './merchants.dto.js';

/** Hashes stay inside, and so do the numbers of accounts, but for their ends. */
export const merchantView = (merchant: Merchant): MerchantDto => ({
  ...merchant,
  feeRates: merchant.feeRates.map((rate) => ({ ...rate })),
  payoutAccounts: merchant.payoutAccounts.map(shownAccount),
  apiKeys: merchant.apiKeys.map(({ keyId, label, createdAt }) => ({ keyId, label, createdAt })),
});
