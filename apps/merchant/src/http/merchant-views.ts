import type { PayoutAccount } from '#contracts';
import type { Merchant } from '../domain/merchant.js';
import type { AccountDto, MerchantDto } from './merchants.dto.js';

const SHOWN = 4;

/** Hashes stay inside, and of an account's number its end is enough to know it by. */
export const merchantView = (merchant: Merchant): MerchantDto => ({
  ...merchant,
  feeRates: merchant.feeRates.map((rate) => ({ ...rate })),
  payoutAccounts: merchant.payoutAccounts.map(accountView),
  apiKeys: merchant.apiKeys.map(({ keyId, label, createdAt }) => ({ keyId, label, createdAt })),
});

const accountView = ({ currency, holder, number, bank }: PayoutAccount): AccountDto => ({
  currency,
  holder,
  number: `…${number.slice(-Math.min(SHOWN, Math.floor(number.length / 2)))}`,
  ...(bank !== undefined && { bank }),
});
