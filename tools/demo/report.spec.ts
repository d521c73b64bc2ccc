import { describe, expect, it } from '@jest/globals';
import { auditReport, outcomeReport, percentile } from './report.js';

describe('percentile', () => {
  it.each([
    [[], 0.5, undefined],
    [[7], 0.99, 7],
    [[4, 1, 3, 2], 0.5, 2],
    [Array.from({ length: 200 }, (_, i) => i + 1), 0.99, 198],
    [[1, 2, 3], 1, 3],
  ])('of %j at %f is %p', (values, share, expected) => {
    expect(percentile(values, share)).toBe(expected);
  });
});

const at = (ms: number): string => new Date(1_700_000_000_000 + ms).toISOString();

const settled = (orderId: string, state: string, ms: number, code?: string) => ({
  sagaId: orderId,
  orderId,
  state,
  ...(code !== undefined && { cause: { code, message: '' } }),
  createdAt: at(0),
  updatedAt: at(ms),
});

describe('the table at the end', () => {
  it('counts outcomes and causes, and measures from acceptance to outcome', () => {
    const report = outcomeReport({
      planned: 5,
      acceptingMs: 1000,
      accepted: ['a', 'b', 'c', 'd'],
      orders: ['a', 'b', 'c', 'd'].map((orderId) => ({
        orderId,
        status: 'any',
        currency: 'GBP',
        totalAmount: 1,
        createdAt: at(0),
      })),
      sagas: [
        settled('a', 'completed', 100),
        settled('b', 'completed', 2000),
        settled('c', 'compensated', 300, 'generic_decline'),
        settled('d', 'running', 900),
      ],
    });
    expect(report.split('\n')).toEqual([
      '  planned            5',
      '  accepted           4  4 orders/s accepted',
      '  completed          2  after 100 ms (p50), 2000 ms (p99), 2000 ms (longest)',
      '  compensated        1  after 300 ms (p50), 300 ms (p99), 300 ms (longest)',
      '    generic_decline  1',
      '  not settled        1',
      '  2 orders/s settled, first acceptance to last outcome',
    ]);
  });

  it('lists what does not add up, and says how much more there is', () => {
    const compared = { orders: 60, intents: 1, shipments: 1, mails: 1, products: 1 };
    expect(auditReport([], compared)).toMatch(/everything adds up\.$/);
    const many = Array.from({ length: 60 }, (_, i) => ({ of: `o${i}`, what: 'is lost' }));
    const lines = auditReport(many, compared).split('\n');
    expect(lines[0]).toMatch(/60 things do not add up:$/);
    expect(lines[1]).toBe('  o0 is lost');
    expect(lines.at(-1)).toBe('  … and 10 more');
  });
});
