import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseTable } from './csv.js';
import { pence, readInvoices, type RawLine } from './invoices.js';

const line = (fields: Partial<Record<string, string>> = {}): RawLine => ({
  InvoiceNo: '1',
  StockCode: '85123A',
  Description: 'A LAMP',
  Quantity: '6',
  InvoiceDate: '12/1/10 8:26',
  UnitPrice: '2.55',
  CustomerID: '17850',
  Country: 'United Kingdom',
  ...fields,
});

const odditiesOf = (rows: readonly RawLine[]): string[] =>
  readInvoices(rows).oddities.map(({ count, what }) => `${count} ${what}`);

describe('readInvoices', () => {
  it('makes one order of the lines of one invoice, in pence', () => {
    const rows = [
      line(),
      line({ InvoiceNo: '2', Country: 'France', CustomerID: '7' }),
      line({ StockCode: '71053', Quantity: '1', UnitPrice: '3' }),
    ];
    expect(readInvoices(rows)).toEqual({
      linesRead: 3,
      invoicesRead: 2,
      linesUsed: 3,
      oddities: [],
      invoices: [
        {
          invoiceNo: '1',
          customerId: '17850',
          country: 'GB',
          lines: [
            { stockCode: '85123A', quantity: 6, unitPrice: 255 },
            { stockCode: '71053', quantity: 1, unitPrice: 300 },
          ],
        },
        {
          invoiceNo: '2',
          customerId: '7',
          country: 'FR',
          lines: [{ stockCode: '85123A', quantity: 6, unitPrice: 255 }],
        },
      ],
    });
  });

  it.each<[string, Partial<Record<string, string>>, string[]]>([
    ['a discount', { StockCode: 'D', UnitPrice: '-5' }, ['1 discount lines']],
    ['a negative price', { UnitPrice: '-5' }, ['1 discount lines']],
    ['a negative quantity', { Quantity: '-1' }, ['1 lines with no or a negative quantity']],
    ['no quantity', { Quantity: '0' }, ['1 lines with no or a negative quantity']],
    ['price zero', { UnitPrice: '0' }, ['1 lines at price zero']],
    ['bank charges', { StockCode: 'BANK CHARGES' }, ['1 lines that are no product']],
    ['half a piece', { Quantity: '0.5' }, ['1 lines that cannot be read']],
    ['a broken quantity', { Quantity: '' }, ['1 lines that cannot be read']],
    ['a broken price', { UnitPrice: '2,55' }, ['1 lines that cannot be read']],
    ['no product', { StockCode: ' ' }, ['1 lines that cannot be read']],
  ])('leaves out %s, and counts it', (_, fields, expected) => {
    const rows = [line(), line(fields)];
    const { invoices, linesUsed } = readInvoices(rows);
    expect(linesUsed).toBe(1);
    expect(invoices[0]?.lines).toHaveLength(1);
    expect(odditiesOf(rows)).toEqual(expected.map((text) => expect.stringContaining(text)));
  });

  it.each<[string, Partial<Record<string, string>>, string]>([
    ['postage', { StockCode: 'POST' }, '1 postage lines'],
    ['a missing customer', { CustomerID: '' }, '1 lines without a customer'],
    ['a missing description', { Description: '' }, '1 lines without a description'],
    ['an unknown country', { Country: 'Atlantis' }, '1 invoices from a country'],
  ])('keeps %s, and counts it', (_, fields, expected) => {
    const rows = [line(fields)];
    expect(readInvoices(rows).linesUsed).toBe(1);
    expect(odditiesOf(rows)).toEqual([expect.stringContaining(expected)]);
  });

  it('keeps a repeated product as lines of its own', () => {
    const rows = [line(), line(), line({ Quantity: '1' })];
    expect(readInvoices(rows).invoices[0]?.lines).toHaveLength(3);
    expect(odditiesOf(rows)).toEqual([expect.stringContaining('2 lines that repeat a product')]);
  });

  it('leaves returns for later, with their discounts', () => {
    const rows = [
      line({ InvoiceNo: 'C1', Quantity: '-1' }),
      line({ InvoiceNo: 'C1', StockCode: 'D' }),
    ];
    expect(readInvoices(rows).invoices).toEqual([]);
    expect(odditiesOf(rows)).toEqual([
      expect.stringContaining('2 lines of returns'),
      '1 return invoices',
      expect.stringContaining('1 discount lines on returns'),
    ]);
  });

  it('counts an invoice of which nothing is left', () => {
    expect(odditiesOf([line({ UnitPrice: '0' })])).toEqual([
      '1 lines at price zero',
      '1 invoices with nothing to pay left',
    ]);
  });

  it('accounts for every line of the real file', async () => {
    const file = join(process.cwd(), 'tools', 'demo', 'data', 'online-retail.csv');
    const { linesRead, linesUsed, invoicesRead, invoices, oddities } = readInvoices(
      parseTable(await readFile(file, 'utf8')),
    );
    const count = (text: string): number =>
      oddities.find(({ what }) => what.startsWith(text))?.count ?? 0;
    expect([linesRead, invoicesRead]).toEqual([999, 66]);
    expect(linesUsed + count('lines of returns') + count('lines at price zero')).toBe(linesRead);
    expect(invoices.length + count('return invoices') + count('invoices with nothing')).toBe(
      invoicesRead,
    );
    expect(count('discount lines on returns')).toBe(1);
    expect(count('postage lines')).toBe(2);
    expect(count('lines without a customer')).toBe(1);
  });
});

describe('pence', () => {
  it.each<[string, number | undefined]>([
    ['2.55', 255],
    ['1.1', 110],
    ['165', 16500],
    ['0', 0],
    ['0.29', 29],
    ['-11.50', -1150],
    ['1.100', 110],
    ['1.005', undefined],
    ['1e3', undefined],
    ['', undefined],
    ['£1', undefined],
  ])('reads %j as %p', (text, expected) => {
    expect(pence(text)).toBe(expected);
  });
});
