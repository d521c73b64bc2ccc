/** Promises attacked here: a statement holds every order, adds up, and names anybody. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Line, ListedSettlement } from '../persistence/list-settlements.js';
import { csvOf } from './csv.js';
import { pdfOf } from './pdf.js';
import { readPdf } from './spec/read-pdf.js';

const line = (over: Partial<Line> = {}): Line => ({
  ...{ orderId: randomUUID(), completedAt: new Date('2026-01-02T03:04:05Z') },
  ...{ gross: 1000, fees: 29, refunds: 0, chargebacks: 0 },
  ...over,
});

const settlement = (orders: number, over: Partial<ListedSettlement> = {}): ListedSettlement => ({
  ...{ settlementNo: '1', settlementId: 'st_1', batchId: 'at-x', merchantId: 'tea' },
  ...{ currency: 'GBP', orders, gross: 123_456, fees: 1, refunds: 2, chargebacks: 3, net: 123_450 },
  ...{ cutoff: new Date(0), settledAt: new Date(0) },
  ...over,
});

async function* pagesOf(lines: readonly Line[], size = 500): AsyncGenerator<Line[]> {
  for (let from = 0; from < lines.length; from += size) {
    yield await Promise.resolve(lines.slice(from, from + size));
  }
}

async function all<Piece>(pieces: AsyncIterable<Piece>): Promise<Piece[]> {
  const found: Piece[] = [];
  for await (const piece of pieces) found.push(piece);
  return found;
}

async function pdf(lines: readonly Line[], merchantName?: string, over = {}): Promise<Buffer> {
  const head = { settlement: settlement(lines.length, over), merchantName };
  return Buffer.concat(await all(pdfOf(head, pagesOf(lines))));
}

describe('a statement as CSV', () => {
  it('has a line an order, in major units', async () => {
    const lines = [line(), line({ completedAt: null, gross: 0, fees: -29, refunds: 1000 })];
    const [gone, back] = lines.map(({ orderId }) => orderId);
    expect((await all(csvOf('GBP', pagesOf(lines, 1)))).join('')).toBe(
      [
        'order_id,delivered_at,currency,gross,fees,refunds,chargebacks,net',
        `${gone},2026-01-02T03:04:05.000Z,GBP,10.00,0.29,0.00,0.00,9.71`,
        `${back},,GBP,0.00,-0.29,10.00,0.00,-9.71`,
        '',
      ].join('\r\n'),
    );
  });
});

describe('a statement as PDF', () => {
  it('holds every order of many pages, once, with totals at the end', async () => {
    const lines = Array.from({ length: 1200 }, () => line());
    const { pages, plain } = readPdf(await pdf(lines, 'The Tea Shop'));
    const orders = plain.flatMap((text) => /^[0-9a-f-]{36}/.exec(text)?.[0] ?? []);
    expect(orders).toEqual(lines.map(({ orderId }) => orderId));
    expect(plain.at(-1)?.split(/\s+/)).toEqual([
      '1200',
      'orders',
      'total',
      '1234.56',
      '0.01',
      '0.02',
      '0.03',
      '1234.50',
    ]);
    const footers = plain.filter((text) => /^st_1 +page \d+$/.test(text));
    expect(footers).toHaveLength(pages);
    expect(footers.at(-1)).toMatch(new RegExp(`page ${pages}$`));
    expect(plain.filter((text) => text.startsWith('Order '))).toHaveLength(pages);
    expect(pages).toBeGreaterThan(25);
  });

  it.each([1, 30, 31, 32, 33, 34, 35, 36, 37, 38])(
    'of %d orders does not turn the page between a total and its line',
    async (count) => {
      const { plain } = readPdf(await pdf(Array.from({ length: count }, () => line())));
      expect(plain.at(-1)).toMatch(/^\d+ orders? +total/);
      const heads = plain.findLastIndex((text) => text.startsWith('Order '));
      const last = plain.findLastIndex((text) => /^[0-9a-f-]{36}/.test(text));
      expect(last > heads || plain.length - heads === 2).toBe(true);
    },
  );

  it('names anybody, and says what it cannot write', async () => {
    const japanese = readPdf(await pdf([line()], '株式会社 茶の木'));
    for (const character of '株式会社茶の木') expect(japanese.embedded).toContain(character);
    expect(japanese.plain.join(' ')).not.toContain('by its code point');
    const arabic = readPdf(await pdf([line()], 'شاي', { merchantId: '茶\u0000' }));
    for (const character of '[U+0634]茶') expect(arabic.embedded).toContain(character);
    expect(arabic.plain.join(' ')).toContain('by its code point');
  });

  it('with a name of 200 characters that no font has still has room for its orders', async () => {
    const { plain } = readPdf(await pdf([line()], '🍵'.repeat(100)));
    expect(plain.at(-1)).toMatch(/^1 order +total/);
  });
});
