/** Card tokens and what they bring about; nothing else is a card here. */
import type { PaymentError } from './books.js';

export const TOKENS = [
  'tok_ok',
  'tok_declined',
  'tok_insufficient_funds',
  'tok_expired_card',
  'tok_timeout',
  'tok_slow',
  'tok_error_then_ok',
] as const;
export type Token = (typeof TOKENS)[number];

const refused = (code: string, declineCode: string, message: string): PaymentError => ({
  type: 'card_error',
  code,
  declineCode,
  message,
});

export const DECLINES: Readonly<Partial<Record<Token, PaymentError>>> = {
  tok_declined: refused('card_declined', 'generic_decline', 'Your card was declined.'),
  tok_insufficient_funds: refused(
    'card_declined',
    'insufficient_funds',
    'Your card has insufficient funds.',
  ),
  tok_expired_card: refused('expired_card', 'expired_card', 'Your card has expired.'),
};
