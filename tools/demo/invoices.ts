/**
 * From the lines of the data set to orders: the lines of one invoice are one order. Real data has
 * oddities; each is counted under a name, and nothing is left out without being counted.
 */

/** A line of the file as it is. */
export type RawLine = Readonly<Record<string, string>>;

export interface InvoiceLine {
  readonly stockCode: string;
  readonly quantity: number;
  /** Pence. */
  readonly unitPrice: number;
}

export interface Invoice {
  readonly invoiceNo: string;
  readonly customerId: string;
  /** ISO 3166-1, where the country is known. */
  readonly country: string | undefined;
  readonly lines: readonly InvoiceLine[];
}

export interface Oddity {
  readonly what: string;
  readonly count: number;
  readonly treatment: string;
}

export interface Invoices {
  readonly invoices: readonly Invoice[];
  readonly linesRead: number;
  readonly invoicesRead: number;
  /** Lines that became lines of orders. */
  readonly linesUsed: number;
  /** Those that occur, in the order of this list. */
  readonly oddities: readonly Oddity[];
}

const ODDITIES = {
  returns: ['lines of returns (invoices beginning with C)', 'left for later'],
  returnInvoices: ['return invoices', 'left for later'],
  returnDiscounts: ['discount lines on returns (code D)', 'left for later with their return'],
  discounts: [
    'discount lines (code D, or a negative price)',
    'left out: an order has no such line',
  ],
  otherCodes: ['lines that are no product (fees, samples, corrections)', 'left out'],
  negative: ['lines with no or a negative quantity outside of returns', 'left out'],
  free: ['lines at price zero', 'left out: there is nothing to pay'],
  unreadable: ['lines that cannot be read', 'left out'],
  empty: ['invoices with nothing to pay left', 'left out'],
  tooLong: ['invoices with more lines than an order may have (500)', 'cut off there'],
  postage: ['postage lines (code POST)', 'kept, as a product that is always there'],
  noCustomer: ['lines without a customer', 'kept, if at all, with a customer named guest'],
  noDescription: ['lines without a description', 'counted only; an order carries the code'],
  repeated: ['lines that repeat a product of their invoice', 'kept as lines of their own'],
  unknownCountry: ['invoices from a country without a known code', 'kept, without a country'],
} as const satisfies Record<string, readonly [what: string, treatment: string]>;

type OddityName = keyof typeof ODDITIES;

const MAX_LINES = 500;
const PRODUCT_CODE = /^\d{5}[A-Z]*$/i;
const POSTAGE = 'POST';
const DISCOUNT = 'D';

const COUNTRIES: Readonly<Record<string, string>> = {
  'United Kingdom': 'GB',
  France: 'FR',
  Germany: 'DE',
  Netherlands: 'NL',
  Australia: 'AU',
  Norway: 'NO',
  EIRE: 'IE',
  Japan: 'JP',
  Spain: 'ES',
  Italy: 'IT',
};

class Counter {
  readonly #counts = new Map<OddityName, number>();

  count(name: OddityName, by = 1): void {
    if (by > 0) this.#counts.set(name, (this.#counts.get(name) ?? 0) + by);
  }

  list(): Oddity[] {
    return (Object.keys(ODDITIES) as OddityName[]).flatMap((name) => {
      const count = this.#counts.get(name);
      const [what, treatment] = ODDITIES[name];
      return count === undefined ? [] : [{ what, count, treatment }];
    });
  }
}

export const readInvoices = (rows: readonly RawLine[]): Invoices => {
  const odd = new Counter();
  const byInvoice = new Map<string, RawLine[]>();
  for (const row of rows) {
    const lines = byInvoice.get(text(row, 'InvoiceNo'));
    if (lines === undefined) byInvoice.set(text(row, 'InvoiceNo'), [row]);
    else lines.push(row);
  }
  const invoices: Invoice[] = [];
  for (const [invoiceNo, lines] of byInvoice) {
    const invoice = readInvoice(invoiceNo, lines, odd);
    if (invoice !== undefined) invoices.push(invoice);
  }
  return {
    invoices,
    linesRead: rows.length,
    invoicesRead: byInvoice.size,
    linesUsed: invoices.reduce((sum, { lines }) => sum + lines.length, 0),
    oddities: odd.list(),
  };
};

const readInvoice = (
  invoiceNo: string,
  rows: readonly RawLine[],
  odd: Counter,
): Invoice | undefined => {
  odd.count('noCustomer', rows.filter((row) => text(row, 'CustomerID') === '').length);
  odd.count('noDescription', rows.filter((row) => text(row, 'Description') === '').length);
  if (/^C/i.test(invoiceNo)) {
    odd.count('returnInvoices');
    odd.count('returns', rows.length);
    odd.count('returnDiscounts', rows.filter((row) => text(row, 'StockCode') === DISCOUNT).length);
    return undefined;
  }
  const lines = rows.flatMap((row) => readLine(row, odd));
  if (lines.length === 0) {
    odd.count('empty');
    return undefined;
  }
  if (lines.length > MAX_LINES) odd.count('tooLong');
  odd.count('repeated', lines.length - new Set(lines.map(({ stockCode }) => stockCode)).size);
  const [first = {}] = rows;
  const country = COUNTRIES[text(first, 'Country')];
  if (country === undefined) odd.count('unknownCountry');
  const customerId = text(first, 'CustomerID') || 'guest';
  return { invoiceNo, customerId, country, lines: lines.slice(0, MAX_LINES) };
};

/** The line, or none when it is one that an order cannot have; that is counted. */
const readLine = (row: RawLine, odd: Counter): InvoiceLine[] => {
  const stockCode = text(row, 'StockCode');
  const quantity = Number(text(row, 'Quantity') || NaN);
  const unitPrice = pence(text(row, 'UnitPrice'));
  const leftOut = whyLeftOut(stockCode, quantity, unitPrice);
  if (leftOut !== undefined || unitPrice === undefined) {
    odd.count(leftOut ?? 'unreadable');
    return [];
  }
  if (stockCode === POSTAGE) odd.count('postage');
  return [{ stockCode, quantity, unitPrice }];
};

const whyLeftOut = (
  stockCode: string,
  quantity: number,
  unitPrice: number | undefined,
): OddityName | undefined => {
  if (stockCode === '' || !Number.isInteger(quantity) || unitPrice === undefined) {
    return 'unreadable';
  }
  if (stockCode === DISCOUNT || unitPrice < 0) return 'discounts';
  if (stockCode !== POSTAGE && !PRODUCT_CODE.test(stockCode)) return 'otherCodes';
  if (quantity <= 0) return 'negative';
  if (unitPrice === 0) return 'free';
  return undefined;
};

/** Pounds with up to two decimals, by their digits: 2.55 * 100 is not 255 in floating point. */
export const pence = (pounds: string): number | undefined => {
  const match = /^(-?)(\d{1,9})(?:\.(\d{1,2})0*)?$/.exec(pounds);
  if (match === null) return undefined;
  const [, sign, whole, fraction = ''] = match;
  const amount = Number(whole) * 100 + Number(fraction.padEnd(2, '0'));
  return sign === '-' && amount > 0 ? -amount : amount;
};

const text = (row: RawLine, name: string): string => (row[name] ?? '').trim();
