/** Where the demo sells: the same goods in three currencies, each by a merchant of its own. */
import type { FeeRate } from '#contracts';

export interface Market {
  readonly currency: string;
  /** Of the merchant's id, after the run's. */
  readonly shop: string;
  readonly name: string;
  readonly timeZone: string;
  /** Of the merchant's account at the bank. */
  readonly accountNumber: string;
  /** Minor units, for a price in pence. */
  readonly priceOf: (pence: number) => number;
  /** What the merchant pays of each payment. */
  readonly fee: Pick<FeeRate, 'basisPoints' | 'fixed'>;
}

const fee = (basisPoints: number, currency: string, amount: number): Market['fee'] => ({
  basisPoints,
  fixed: [{ currency, amount }],
});

export const MARKETS: readonly [Market, ...Market[]] = [
  {
    ...{ currency: 'GBP', shop: 'tea', name: 'The Tea Shop', timeZone: 'Europe/London' },
    accountNumber: 'GB33BUKB20201555555555',
    priceOf: (pence) => pence,
    fee: fee(290, 'GBP', 20),
  },
  {
    ...{ currency: 'EUR', shop: 'the', name: 'La Maison du Thé', timeZone: 'Europe/Paris' },
    accountNumber: 'FR7630006000011234567890189',
    priceOf: (pence) => Math.round(pence * 1.15),
    fee: fee(250, 'EUR', 25),
  },
  {
    ...{ currency: 'JPY', shop: 'cha', name: '茶屋', timeZone: 'Asia/Tokyo' },
    accountNumber: '0001-001-1234567',
    priceOf: (pence) => pence * 2,
    fee: fee(325, 'JPY', 30),
  },
];

/** Each invoice comes to each market in its turn. */
export const marketOf = (index: number, invoices: number): Market => {
  const turn = (index + Math.floor(index / invoices)) % MARKETS.length;
  return MARKETS[turn] ?? MARKETS[0];
};

export const merchantIdOf = (runId: string, { shop }: Market): string => `${runId}-${shop}`;
