/**
 * A settlement as PDF, piece by piece: it is drawn only as fast as it is taken, and needs no more memory
 * for a hundred thousand orders than for ten.
 */
import Pdf from 'pdfkit';
import { netOf } from '../domain/settled.js';
import type { Line, ListedSettlement } from '../persistence/list-settlements.js';
import { decimalOf } from './decimal.js';
import { fontOf, isWritable, runsOf } from './fonts.js';

export interface StatementHead {
  readonly settlement: ListedSettlement;
  /** Undefined: nothing was heard of what the merchant is called. */
  readonly merchantName: string | undefined;
}

const MARGIN = 40;
/** Every PDF reader has it, and all of its letters are of one width: a line is one text, in columns. */
const TABLE_FONT = 'Courier';
const TABLE_SIZE = 8;
const ROW = 12;
const FOOTER = 30;
const NAME_SIZE = 15;
const TEXT_SIZE = 9;

type Doc = PDFKit.PDFDocument;

export async function* pdfOf(
  head: StatementHead,
  pages: AsyncIterable<readonly Line[]>,
): AsyncGenerator<Buffer> {
  const { settlement } = head;
  const doc = new Pdf({
    ...{ size: 'A4', layout: 'landscape', margin: MARGIN, font: TABLE_FONT },
    info: { Title: `Settlement ${settlement.settlementId}`, CreationDate: settlement.settledAt },
  });
  drawHead(doc, head);
  const table = new Table(doc, settlement.settlementId, settlement.currency);
  for await (const lines of pages) {
    for (const line of lines) table.row(line.orderId, dayOf(line.completedAt), line, netOf(line));
    yield* drawn(doc);
  }
  const { orders, net } = settlement;
  table.total(orders === 1 ? '1 order' : `${orders} orders`, settlement, net);
  doc.end();
  for await (const piece of doc) yield piece as Buffer;
}

/** What is there by now. */
function* drawn(doc: Doc): Generator<Buffer> {
  for (;;) {
    const piece = doc.read() as Buffer | null;
    if (piece === null) return;
    yield piece;
  }
}

function drawHead(doc: Doc, { settlement, merchantName }: StatementHead): void {
  const { merchantId, currency, settlementId, batchId, cutoff, settledAt } = settlement;
  name(doc, merchantName ?? merchantId, NAME_SIZE);
  doc.moveDown(0.5);
  if (merchantName !== undefined) name(doc, `Merchant ${merchantId}`, TEXT_SIZE);
  doc.font(TABLE_FONT).fontSize(TEXT_SIZE);
  doc.text(`Settlement ${settlementId} in ${currency}`);
  doc.text(`of ${settledAt.toISOString()}, batch ${batchId}`);
  doc.text(`Orders that fell due before ${cutoff.toISOString()}`);
  if (![merchantName ?? '', merchantId].every(isWritable)) {
    doc.text('[U+0000]: a character that the fonts of this statement lack, by its code point.');
  }
  doc.moveDown();
}

/** A text of anybody's, in whichever scripts. */
function name(doc: Doc, text: string, size: number): void {
  const runs = runsOf(text);
  runs.forEach((run, index) => {
    doc.registerFont(run.script, fontOf(run.script)).font(run.script).fontSize(size);
    doc.text(run.text, { continued: index < runs.length - 1 });
  });
}

interface Amounts {
  readonly gross: number;
  readonly fees: number;
  readonly refunds: number;
  readonly chargebacks: number;
}

/** Rows that go on over pages, each with its columns' heads, the settlement's id and its number. */
class Table {
  private page = 1;

  constructor(
    private readonly doc: Doc,
    private readonly settlementId: string,
    private readonly currency: string,
  ) {
    this.begin();
  }

  row(first: string, second: string, amounts: Amounts, net: number): void {
    this.turn(1);
    const { gross, fees, refunds, chargebacks } = amounts;
    const numbers = [gross, fees, refunds, chargebacks, net];
    this.write(
      rowOf(
        first,
        second,
        numbers.map((amount) => decimalOf(amount, this.currency)),
      ),
    );
  }

  /** Never alone on a page that does not say of what. */
  total(first: string, amounts: Amounts, net: number): void {
    this.turn(2);
    this.rule();
    this.row(first, 'total', amounts, net);
  }

  private begin(): void {
    const { doc } = this;
    const footerAt = doc.page.height - MARGIN - ROW / 2;
    const top = doc.y;
    doc.font(TABLE_FONT).fontSize(TABLE_SIZE);
    const footer = `${this.settlementId}   page ${this.page}`;
    doc.text(footer, MARGIN, footerAt - ROW, { lineBreak: false });
    doc.y = top;
    this.write(rowOf('Order', 'Delivered', ['Gross', 'Fees', 'Refunds', 'Chargebacks', 'Net']));
    this.rule();
  }

  private turn(rows: number): void {
    const { doc } = this;
    if (doc.y + rows * ROW <= doc.page.height - MARGIN - FOOTER) return;
    doc.addPage();
    this.page += 1;
    this.begin();
  }

  private write(text: string): void {
    const { y } = this.doc;
    this.doc.text(text, MARGIN, y, { lineBreak: false });
    this.doc.y = y + ROW;
  }

  private rule(): void {
    const { doc } = this;
    const y = doc.y - 2;
    doc
      .moveTo(MARGIN, y)
      .lineTo(doc.page.width - MARGIN, y)
      .lineWidth(0.5)
      .stroke();
    doc.y = y + 4;
  }
}

const AMOUNT = 18;

/** 138 letters of 4.8 points are as wide as the page. */
const rowOf = (first: string, second: string, amounts: readonly string[]): string =>
  `${first.padEnd(37)} ${second.padEnd(10)}${amounts.map((one) => one.padStart(AMOUNT)).join('')}`;

const dayOf = (moment: Date | null): string => moment?.toISOString().slice(0, 10) ?? '-';
