/** What the templates are tried with: at the start, in tests, and on the page that shows them. */
import type { NoticeOrder, Template } from '../domain/notice.js';

const order: NoticeOrder = {
  orderId: '01a1fe55-b10f-7d94-b736-39c8cb987067',
  currency: 'JPY',
  totalAmount: 3_960,
  items: [
    { productId: '85123A', quantity: 2, unitPrice: 1_480 },
    { productId: 'tea & "cakes" <6>', quantity: 1, unitPrice: 1_000 },
  ],
};
const trackingNumber = 'TRK4711';

export const examples: Readonly<Record<Template, NoticeOrder>> = {
  'order-created': order,
  'order-confirmed': { ...order, trackingNumber },
  'order-paid': order,
  'order-cancelled': { ...order, reasonCode: 'insufficient-stock' },
  'order-shipped': { ...order, trackingNumber },
  'order-completed': order,
  'payment-created': {
    ...order,
    instructions: {
      method: 'bank_transfer',
      reference: 'FT-2026-0042',
      url: 'https://pay.example.com/instructions/42?lang=ja&step=1',
      payBy: '2026-12-03T14:59:00.000Z',
    },
  },
  'payment-succeeded': order,
  'payment-failed': { ...order, reasonCode: 'card_declined' },
  'refund-completed': { ...order, refunded: 1_480 },
  'return-refunded': { ...order, totalAmount: 1_480, items: order.items.slice(0, 1) },
  'parcel-lost': order,
};
