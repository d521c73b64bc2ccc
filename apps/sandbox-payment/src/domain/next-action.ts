/** What the customer has to do, as Stripe's API writes it. */
import type { Action, Intent } from './books.js';

const PAGES = 'https://payments.example.com';
/** Shops where a payment code is named besides the confirmation number. */
const SHOPS = ['familymart', 'lawson', 'ministop', 'seicomart'] as const;

export const nextActionAnswer = ({ action, ...intent }: Intent) =>
  action === undefined
    ? null
    : action.method === 'konbini'
      ? konbini(intent.id, action)
      : bankTransfer(intent, action);

const konbini = (id: string, { reference, expiresAtMs = 0 }: Action) => ({
  type: 'konbini_display_details',
  konbini_display_details: {
    expires_at: Math.floor(expiresAtMs / 1000),
    hosted_voucher_url: `${PAGES}/konbini/${id}`,
    stores: Object.fromEntries(
      SHOPS.map((shop, n) => {
        const paymentCode = `${n + 1}${reference.slice(-5)}`;
        return [shop, { confirmation_number: reference, payment_code: paymentCode }];
      }),
    ),
  },
});

const bankTransfer = (
  { id, amount, currency }: Pick<Intent, 'id' | 'amount' | 'currency'>,
  { reference, transfer }: Action,
) => ({
  type: 'display_bank_transfer_instructions',
  display_bank_transfer_instructions: {
    amount_remaining: amount,
    currency,
    financial_addresses: [financialAddress(transfer, reference)],
    hosted_instructions_url: `${PAGES}/bank-transfer/${id}`,
    reference,
    type: transfer,
  },
});

const financialAddress = (transfer: string | undefined, reference: string) =>
  transfer === 'jp_bank_transfer'
    ? {
        type: 'zengin',
        supported_networks: ['zengin'],
        zengin: {
          account_holder_name: 'サンドボックス',
          account_number: reference.slice(-7),
          account_type: 'futsu',
          bank_code: '0000',
          bank_name: 'テスト銀行',
          branch_code: '001',
          branch_name: 'テスト支店',
        },
      }
    : {
        type: 'iban',
        supported_networks: ['sepa'],
        iban: {
          account_holder_name: 'Sandbox',
          bic: 'TESTDEFFXXX',
          country: 'DE',
          iban: `DE00000000000${reference}`,
        },
      };
