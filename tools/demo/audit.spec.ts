import { describe, expect, it } from '@jest/globals';
import { audit, type AcceptedOrder, type AuditFacts } from './audit.js';
import type { ReturnView } from './views.js';

const ITEMS = [
  { productId: 'lamp', quantity: 2, unitPrice: 100 },
  { productId: 'mug', quantity: 1, unitPrice: 50 },
];

const accepted = (orderId: string, extra: Partial<AcceptedOrder> = {}): AcceptedOrder => ({
  orderId,
  request: { items: ITEMS, email: `${orderId}@example.com`, currency: 'GBP' },
  totalAmount: 250,
  obstacle: undefined,
  contested: false,
  ...extra,
});

const order = (orderId: string, status: string, code?: string) => ({
  orderId,
  status,
  currency: 'GBP',
  totalAmount: 250,
  createdAt: '2026-01-01T00:00:00.000Z',
  ...(code !== undefined && { reason: { code, message: code } }),
});

const saga = (orderId: string, state: string) => ({
  sagaId: `saga-of-${orderId}`,
  orderId,
  state,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:01.000Z',
});

const intent = (orderId: string, captured: number, refunded: number) => ({
  intentId: `pi_${orderId}`,
  orderId,
  status: captured > 0 ? 'succeeded' : 'canceled',
  amount: 250,
  currency: 'gbp',
  captures: captured > 0 ? 1 : 0,
  captured,
  refunded,
});

const shipment = (reference: string, status = 'created') => ({ reference, status, items: ITEMS });
const mail = (orderId: string, notice = 'order-shipped') => ({
  n: 1,
  to: [`${orderId}@example.com`],
  orderId,
  notice,
  messageId: `<${notice}.${orderId}@saga.example.com>`,
});

/** Four orders, one of each kind, with which all is well. */
const allWell = (): AuditFacts => ({
  accepted: [
    accepted('fine'),
    accepted('short', { obstacle: 'shortage' }),
    accepted('poor', { obstacle: 'decline' }),
    accepted('far', { obstacle: 'undeliverable' }),
  ],
  orders: [
    order('fine', 'shipped'),
    order('short', 'cancelled', 'insufficient-stock'),
    order('poor', 'cancelled', 'generic_decline'),
    order('far', 'cancelled', 'undeliverable'),
    order('somebody-else', 'shipped'),
  ],
  sagas: [
    saga('fine', 'completed'),
    saga('short', 'compensated'),
    saga('poor', 'compensated'),
    saga('far', 'compensated'),
    saga('somebody-else', 'running'),
  ],
  intents: [intent('fine', 250, 0), intent('poor', 0, 0), intent('far', 250, 250)],
  shipments: [shipment('fine'), shipment('far', 'refused'), shipment('somebody-else')],
  mails: [
    mail('fine'),
    mail('somebody-else'),
    mail('poor', 'payment-failed'),
    mail('poor', 'order-cancelled'),
    mail('far', 'refund-completed'),
  ],
  stocked: new Map([
    ['lamp', 10],
    ['mug', 3],
  ]),
  stock: [
    { productId: 'lamp', onHand: 10, reserved: 2, available: 8 },
    { productId: 'mug', onHand: 3, reserved: 1, available: 2 },
  ],
});

type List = 'accepted' | 'orders' | 'sagas' | 'intents' | 'shipments' | 'mails' | 'stock';

/** The facts with what a list says of one of its entries changed. */
const changed = <Name extends List>(
  name: Name,
  index: number,
  change: Partial<AuditFacts[Name][number]>,
): AuditFacts => {
  const facts = allWell();
  return {
    ...facts,
    [name]: facts[name].map((item, i) => (i === index ? { ...item, ...change } : item)),
  };
};
const without = (name: List, index: number): AuditFacts => {
  const facts = allWell();
  return { ...facts, [name]: facts[name].filter((_, i) => i !== index) };
};
const withMore = <Name extends List>(name: Name, item: AuditFacts[Name][number]): AuditFacts => {
  const facts = allWell();
  return { ...facts, [name]: [...facts[name], item] };
};

const findings = (facts: AuditFacts): string[] =>
  audit(facts).map(({ of, what }) => `${of} ${what}`);

describe('the audit', () => {
  it('finds nothing where everything adds up', () => {
    expect(audit(allWell())).toEqual([]);
  });

  it.each<[string, AuditFacts, string]>([
    ['a lost order', without('orders', 0), 'fine was accepted and is lost'],
    ['an unsettled order', changed('orders', 1, { status: 'pending' }), 'short is still pending'],
    [
      'another amount',
      changed('orders', 0, { totalAmount: 1 }),
      'fine is stored with 1 GBP, not 250',
    ],
    ['another currency', changed('orders', 0, { currency: 'JPY' }), 'fine is stored with 250 JPY'],
    ['a missing saga', without('sagas', 0), 'fine has 0 sagas'],
    ['a second saga', withMore('sagas', saga('fine', 'completed')), 'fine has 2 sagas'],
    [
      'a saga under way',
      changed('sagas', 2, { state: 'compensating' }),
      'poor has a saga that is still',
    ],
    [
      'order and saga apart',
      changed('sagas', 0, { state: 'compensated' }),
      'fine is shipped while',
    ],
    [
      'a saga that needs a person',
      changed('sagas', 0, { attention: { message: 'refund refused' } }),
      'fine needs attention: refund refused',
    ],
    [
      'an order that could not be shipped',
      changed('accepted', 0, { obstacle: 'decline' }),
      'fine is shipped in spite of decline',
    ],
    [
      'a cancellation without need',
      changed('accepted', 2, { obstacle: undefined }),
      'poor is cancelled (generic_decline) with nothing in its way',
    ],
    [
      'a cancellation for another reason',
      changed('orders', 2, { reason: { code: 'step_timed_out', message: '' } }),
      'poor is cancelled for step_timed_out, not for decline',
    ],
    [
      'a shortage that was none',
      changed('orders', 2, { reason: { code: 'insufficient-stock', message: '' } }),
      'poor is cancelled for insufficient-stock, not for decline',
    ],
    ['a missing charge', without('intents', 0), 'fine is shipped, and 0 of 250 was charged'],
    ['a wrong charge', changed('intents', 0, { captured: 249 }), 'fine is shipped, and 249 of 250'],
    [
      'a double charge',
      changed('intents', 0, { captures: 2, captured: 500 }),
      'fine was charged 2 times',
    ],
    [
      'two intents',
      withMore('intents', { ...intent('fine', 0, 0), status: 'requires_payment_method' }),
      'fine has 2 intents at the payment provider',
    ],
    ['a charge in yen', changed('intents', 0, { currency: 'jpy' }), 'fine was charged in jpy'],
    [
      'a needless refund',
      changed('intents', 0, { refunded: 10 }),
      'fine is shipped, and 10 was refunded',
    ],
    [
      'a missing refund',
      changed('intents', 2, { refunded: 0 }),
      'far is cancelled, and the provider keeps 250',
    ],
    [
      'half a refund',
      changed('intents', 2, { refunded: 125 }),
      'far is cancelled, and the provider keeps 125',
    ],
    [
      'too much refunded',
      changed('intents', 2, { refunded: 300 }),
      'far is cancelled, and the provider keeps -50',
    ],
    ['a missing shipment', without('shipments', 0), 'fine is shipped, and the carrier has 0'],
    [
      'a second shipment',
      withMore('shipments', shipment('fine')),
      'fine is shipped, and the carrier has 2',
    ],
    [
      'a live shipment',
      withMore('shipments', shipment('poor')),
      'poor is cancelled, and the carrier has 1',
    ],
    [
      'other goods',
      changed('shipments', 0, { items: [{ productId: 'lamp', quantity: 3 }] }),
      'fine was shipped with other goods',
    ],
    ['a missing mail', without('mails', 0), 'fine is shipped, and 0 mails say order-shipped'],
    ['a second mail', withMore('mails', mail('fine')), 'fine is shipped, and 2 mails say'],
    ['a wrong mail', withMore('mails', mail('short')), 'short is cancelled, and 1 mails say'],
    [
      'a mail that comes twice',
      withMore('mails', mail('poor', 'order-cancelled')),
      'poor got the mail <order-cancelled.poor@saga.example.com> 2 times',
    ],
    [
      'a mail that is not true',
      withMore('mails', mail('fine', 'order-cancelled')),
      'fine is shipped, and a mail says order-cancelled',
    ],
    ['a misdirected mail', changed('mails', 0, { to: ['x@example.com'] }), 'fine was mailed to x@'],
    ['an unknown product', without('stock', 1), 'mug is not known to the inventory'],
    [
      'goods kept back',
      changed('stock', 0, { reserved: 4, available: 6 }),
      'lamp 6 are available, and 8 of 10',
    ],
    [
      'goods given twice',
      changed('stock', 0, { reserved: 0, available: 10 }),
      'lamp 10 are available, and 8',
    ],
    [
      'a wrong sum',
      changed('stock', 0, { reserved: 1 }),
      'lamp 10 on hand less 1 reserved are not 8',
    ],
    [
      'a negative count',
      changed('stock', 0, { onHand: 7, reserved: -1 }),
      'lamp counts below zero',
    ],
    [
      'an oversold product',
      { ...allWell(), stocked: new Map([['lamp', 1]]) },
      'lamp 1 more were sold',
    ],
  ])('finds %s', (_, facts, expected) => {
    expect(findings(facts)).toContainEqual(expect.stringContaining(expected));
  });

  it('takes a contested order either way', () => {
    const contested = { contested: true };
    expect(findings(changed('accepted', 0, contested))).toEqual([]);
    const short = { ...contested, obstacle: undefined };
    expect(findings(changed('accepted', 1, short))).toEqual([]);
    // Stock comes first, so one that would have been declined may be short as well.
    const facts = changed('accepted', 2, contested);
    const reason = { code: 'insufficient-stock', message: '' };
    const orders = facts.orders.map((one) => (one.orderId === 'poor' ? { ...one, reason } : one));
    expect(findings({ ...facts, orders })).toEqual([]);
  });

  it('takes goods that left the shelf for sold, whether still counted on hand or not', () => {
    expect(findings(changed('stock', 0, { onHand: 8, reserved: 0 }))).toEqual([]);
  });

  it('takes lines of one product together, in any order', () => {
    const split = [
      { productId: 'mug', quantity: 1 },
      { productId: 'lamp', quantity: 1 },
      { productId: 'lamp', quantity: 1 },
    ];
    expect(findings(changed('shipments', 0, { items: split }))).toEqual([]);
  });
});

describe('the audit of goods that were sent back', () => {
  const LAMP = [{ productId: 'lamp', quantity: 1 }];
  const sentBack = (returnId: string, status: string): ReturnView => ({
    returnId,
    orderId: 'fine',
    origin: 'customer',
    status,
    refundAmount: 100,
    items: LAMP,
  });

  /** One lamp of the order came back, and another was lost on its way. */
  const back = (change: Partial<AuditFacts> = {}): AuditFacts => {
    const facts = allWell();
    const [, mug] = facts.stock;
    return {
      ...facts,
      returns: [sentBack('r-1', 'completed'), sentBack('r-2', 'rejected')],
      sagas: [...facts.sagas, saga('r-1', 'completed'), saga('r-2', 'compensated')],
      intents: [intent('fine', 250, 100), ...facts.intents.slice(1)],
      shipments: [
        ...facts.shipments,
        { reference: 'r-1', status: 'received', items: LAMP },
        { reference: 'r-2', status: 'lost', items: LAMP },
      ],
      mails: [...facts.mails, mail('fine', 'return-refunded'), mail('fine', 'refund-completed')],
      stock: [
        { productId: 'lamp', onHand: 10, reserved: 1, available: 9 },
        ...(mug === undefined ? [] : [mug]),
      ],
      ...change,
    };
  };

  it('finds nothing where everything adds up', () => {
    expect(findings(back())).toEqual([]);
  });

  describe('or were lost before', () => {
    const lost = (change: Partial<AuditFacts> = {}) =>
      back({
        returns: [{ ...sentBack('r-1', 'completed'), origin: 'parcel-lost' }],
        shipments: allWell().shipments,
        stock: allWell().stock,
        mails: [...allWell().mails, mail('fine', 'parcel-lost')],
        ...change,
      });

    it('finds nothing where they are paid back, and not on the shelf', () => {
      expect(findings(lost())).toEqual([]);
    });

    it.each<[string, Partial<AuditFacts>, string]>([
      ['goods that are on the shelf', { stock: back().stock }, 'lamp 9 are available, and 8'],
      ['a missing mail', { mails: allWell().mails }, '0 mails say parcel-lost'],
      ['a parcel that came', { shipments: back().shipments }, 'of which 1 parcels'],
    ])('finds %s', (_, change, expected) => {
      expect(findings(lost(change))).toContainEqual(expect.stringContaining(expected));
    });
  });

  it.each<[string, Partial<AuditFacts>, string]>([
    ['too little money', { intents: [intent('fine', 250, 50)] }, '50 was refunded, not 100'],
    ['too much money', { intents: [intent('fine', 250, 200)] }, '200 was refunded, not 100'],
    ['goods that are not on the shelf', { stock: allWell().stock }, 'lamp 8 are available, and 9'],
    [
      'a missing mail',
      { mails: allWell().mails },
      'fine is shipped, and 0 mails say return-refunded',
    ],
    ['a parcel that never came', { shipments: allWell().shipments }, 'of which 0 parcels'],
    [
      'other goods',
      {
        shipments: [
          ...allWell().shipments,
          { reference: 'r-1', status: 'received', items: [{ productId: 'mug', quantity: 1 }] },
        ],
      },
      'r-1, which came with other goods',
    ],
    ['a lost saga', { sagas: allWell().sagas }, 'r-1, completed, whose saga is '],
    [
      'one that is under way',
      { returns: [sentBack('r-1', 'received')] },
      'r-1, received, whose saga is completed',
    ],
  ])('finds %s', (_, change, expected) => {
    expect(findings(back(change))).toContainEqual(expect.stringContaining(expected));
  });
});
