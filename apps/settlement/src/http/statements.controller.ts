import { Readable } from 'node:stream';
import { Controller, Get, Param, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { Database } from '#messaging';
import { linesOf, type Line } from '../persistence/list-settlements.js';
import { merchantName } from '../persistence/merchant-rows.js';
import { csvOf } from '../statements/csv.js';
import { pdfOf } from '../statements/pdf.js';
import { knownSettlement } from './settlements.controller.js';
import { SettlementParams } from './settlements.dto.js';

const CSV = 'text/csv';
const PDF = 'application/pdf';
const FILE = { schema: { type: 'string', format: 'binary' } } as const;

/** Statements to keep and to send on; they are read and written page by page. */
@ApiTags('settlements')
@Controller('settlements')
export class StatementsController {
  constructor(private readonly database: Database) {}

  @Get(':settlementId/statement.csv')
  @ApiOperation({ summary: "A settlement's orders as CSV, in the currency's major units" })
  @ApiProduces(CSV)
  @ApiOkResponse(FILE)
  async csv(@Param() { settlementId }: SettlementParams): Promise<StreamableFile> {
    const { currency } = await knownSettlement(this.database, settlementId);
    const csv = csvOf(currency, pagesOf(this.database, settlementId));
    return file(csv, `${CSV}; charset=utf-8; header=present`, `${settlementId}.csv`);
  }

  @Get(':settlementId/statement.pdf')
  @ApiOperation({ summary: 'A settlement with its orders and totals as PDF' })
  @ApiProduces(PDF)
  @ApiOkResponse(FILE)
  async pdf(@Param() { settlementId }: SettlementParams): Promise<StreamableFile> {
    const settlement = await knownSettlement(this.database, settlementId);
    const name = await merchantName(this.database, settlement.merchantId);
    const pages = pagesOf(this.database, settlementId);
    const pdf = pdfOf({ settlement, merchantName: name }, pages);
    return file(pdf, PDF, `${settlementId}.pdf`);
  }
}

/** @param name of letters, digits and underscores alone, as ids of settlements are */
const file = (pieces: AsyncIterable<string | Buffer>, type: string, name: string): StreamableFile =>
  new StreamableFile(Readable.from(pieces, { objectMode: false }), {
    type,
    disposition: `attachment; filename="${name}"`,
  });

const LINES_A_PAGE = 500;

async function* pagesOf(database: Database, settlementId: string): AsyncGenerator<Line[]> {
  let after: string | undefined;
  do {
    const lines = await linesOf(database, settlementId, { after, limit: LINES_A_PAGE });
    if (lines.length > 0) yield lines;
    after = lines.length < LINES_A_PAGE ? undefined : lines.at(-1)?.orderId;
  } while (after !== undefined);
}
