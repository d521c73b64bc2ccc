/** Values that several messages share. */
import { z } from 'zod';

/** Integer minor units (pence, yen). The ceiling keeps sums of many far inside a double's integers. */
export const minorUnits = z.int().min(0).max(1_000_000_000_000);

/** As `minorUnits`, where it may also be owed the other way. */
export const signedMinorUnits = z.int().min(-1_000_000_000_000).max(1_000_000_000_000);

/** ISO 4217, upper case. */
export const currency = z.string().regex(/^[A-Z]{3}$/);

const digits = (count: number, currencies: string) =>
  currencies.split(' ').map((code) => [code, count] as const);

/** Where the minor unit is no hundredth. */
const MINOR_DIGITS = new Map([
  ...digits(0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'),
  ...digits(3, 'BHD IQD JOD KWD LYD OMR TND'),
  ...digits(4, 'CLF UYW'),
]);

/**
 * Decimal places of a currency's minor unit (ISO 4217). `Intl` says how people write prices, which
 * is something else: by its data HUF, IDR, COP and others have none.
 */
export const minorDigitsOf = (code: string): number => MINOR_DIGITS.get(code) ?? 2;

export const productId = z.string().min(1).max(64);
export const warehouseId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/);
export const orderId = z.uuid();
/** Of goods on their way back; an order may have several. */
export const returnId = z.uuid();

export const withdrawalId = z.uuid();

export const shippingAddress = z.object({
  prefecture: z.string().min(1).max(100),
  city: z.string().min(1).max(100),
  line1: z.string().min(1).max(200),
  postalCode: z.string().min(1).max(16),
  country: z.string().length(2).optional(),
});
export type ShippingAddress = z.infer<typeof shippingAddress>;

export const orderItem = z.object({
  productId,
  quantity: z.int().min(1).max(1_000_000),
  unitPrice: minorUnits,
});
export type OrderItem = z.infer<typeof orderItem>;

export const stockLine = z.object({ productId, quantity: z.int().min(1).max(100_000_000) });
export type StockLine = z.infer<typeof stockLine>;

/** Why something was refused or failed: `code` for machines, `message` for people. */
export const reason = z.object({ code: z.string().min(1).max(64), message: z.string().max(2000) });
export type Reason = z.infer<typeof reason>;

export const paymentMethod = z.enum(['credit_card', 'bank_transfer', 'convenience_store']);
export type PaymentMethod = z.infer<typeof paymentMethod>;

/** In which currencies customers can pay by themselves; cards take them all. */
export const methodCurrencies = {
  bank_transfer: ['GBP', 'JPY', 'MXN', 'USD'],
  convenience_store: ['JPY'],
} as const satisfies Partial<Record<PaymentMethod, readonly string[]>>;

/** Language and perhaps country of a reader (BCP 47): `en`, `ja`, `en-GB`. */
export const locale = z.string().regex(/^[a-z]{2}(-[A-Z]{2})?$/);
export const email = z.string().min(3).max(320);
/** International, as of E.164: `+81312345678`. */
export const phone = z.string().regex(/^\+[1-9]\d{6,14}$/);
