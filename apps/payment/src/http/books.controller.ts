import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Database } from '#messaging';
import { pageOf, textOfCursor, uuidParameter } from '#platform';
import { bookRows } from '../persistence/book-rows.js';
import { BookPageDto, ListBooksQuery } from './books.dto.js';
import { dayParameter } from './day-parameter.js';

const DEFAULT_LIMIT = 100;

/** What others hold their own books against. */
@ApiTags('books')
@Controller('books')
export class BooksController {
  constructor(private readonly database: Database) {}

  @Get()
  @ApiOperation({ summary: 'Payments that took money, by their orders, a page at a time' })
  @ApiOkResponse({ type: BookPageDto })
  async list(
    @Query() { after, limit = DEFAULT_LIMIT, capturedOn }: ListBooksQuery,
  ): Promise<BookPageDto> {
    if (capturedOn !== undefined) dayParameter('capturedOn', capturedOn);
    const found = await bookRows(this.database, {
      ...(after !== undefined && { after: uuidParameter('after', textOfCursor(after, 'after')) }),
      ...(capturedOn !== undefined && { capturedOn }),
      limit: limit + 1,
    });
    return pageOf(found, limit, ({ orderId }) => orderId);
  }
}
