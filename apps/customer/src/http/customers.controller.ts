import {
  Body,
  Controller,
  Get,
  Headers,
  HttpCode,
  Param,
  Post,
  Put,
  Query,
  Res,
} from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import { Database } from '#messaging';
import {
  Actor,
  DEFAULT_PAGE,
  entityTag,
  expectedBy,
  movedProblem,
  pageOf,
  ProblemException,
  refuseRepeated,
  textOfCursor,
} from '#platform';
import type { Customer, CustomerWish } from '../domain/customer.js';
import { findCustomer, listCustomers } from '../persistence/customer-rows.js';
import { CustomerDesk } from './customer-desk.js';
import {
  BatchAnswerDto,
  BlockCustomerDto,
  CustomerBatchDto,
  CustomerDto,
  CustomerPageDto,
  CustomerParams,
  ListCustomersQuery,
  PutCustomerDto,
} from './customers.dto.js';

interface Reply {
  status(code: number): unknown;
  header(name: string, value: string): unknown;
}

@ApiTags('customers')
@Controller('customers')
export class CustomersController {
  constructor(
    private readonly desk: CustomerDesk,
    private readonly database: Database,
  ) {}

  @Put(':customerId')
  @ApiOperation({ summary: 'Makes a customer known, or replaces what is said of one' })
  @ApiHeader({
    name: 'If-Match',
    required: false,
    description: 'The ETag of the customer as read: refused with 412 when it has changed since.',
  })
  @ApiHeader({
    name: 'If-None-Match',
    required: false,
    description: '`*`: refused with 412 when there is such a customer already.',
  })
  @ApiCreatedResponse({ type: CustomerDto, description: 'The customer is new.' })
  @ApiOkResponse({ type: CustomerDto, description: 'The customer was known, and is now as sent.' })
  @ApiResponse({ status: 412, description: 'It has changed since it was read, or is there.' })
  async put(
    @Param() { customerId }: CustomerParams,
    @Body() body: PutCustomerDto,
    @Res({ passthrough: true }) reply: Reply,
    @Headers('if-match') ifMatch?: string,
    @Headers('if-none-match') ifNoneMatch?: string,
    @Actor() actor?: string,
  ): Promise<CustomerDto> {
    const wish = wishOf(customerId, body);
    const expected = expectedBy({ ifMatch, ifNoneMatch });
    const revised = await this.desk.put(wish, expected, actor);
    if (revised.kind === 'moved') {
      throw movedProblem(`The customer ${customerId}`, revised.revision, expected);
    }
    if (revised.kind === 'created') reply.status(201);
    return tagged(reply, revised.customer);
  }

  @Get()
  @ApiOperation({ summary: 'Customers by their ids, a page at a time' })
  @ApiOkResponse({ type: CustomerPageDto })
  async list(
    @Query() { status, cursor, limit = DEFAULT_PAGE }: ListCustomersQuery,
  ): Promise<CustomerPageDto> {
    const found = await listCustomers(this.database, {
      ...(status && { status }),
      ...(cursor !== undefined && { after: textOfCursor(cursor) }),
      limit: limit + 1,
    });
    return pageOf(found, limit, ({ customerId }) => customerId);
  }

  @Get(':customerId')
  @ApiOperation({ summary: 'One customer' })
  @ApiOkResponse({ type: CustomerDto })
  async one(
    @Param() { customerId }: CustomerParams,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<CustomerDto> {
    return tagged(reply, known(customerId, await findCustomer(this.database, customerId)));
  }

  @Post('batch')
  @HttpCode(200)
  @ApiOperation({ summary: 'Makes many customers known at once, all of them or none' })
  @ApiOkResponse({ type: BatchAnswerDto })
  async putAll(
    @Body() { customers }: CustomerBatchDto,
    @Actor() actor?: string,
  ): Promise<BatchAnswerDto> {
    refuseRepeated(
      'customers',
      'customerId',
      customers.map(({ customerId }) => customerId),
    );
    const revised = await this.desk.putAll(
      customers.map((customer) => wishOf(customer.customerId, customer)),
      actor,
    );
    return {
      items: revised.map(({ kind, customer: { customerId, revision } }) => ({
        customerId,
        outcome: kind,
        revision,
      })),
    };
  }

  @Post(':customerId/block')
  @HttpCode(200)
  @ApiOperation({ summary: 'Keeps a customer from ordering' })
  @ApiOkResponse({ type: CustomerDto })
  async block(
    @Param() { customerId }: CustomerParams,
    @Body() { reason }: BlockCustomerDto,
    @Res({ passthrough: true }) reply: Reply,
    @Actor() actor?: string,
  ): Promise<CustomerDto> {
    return tagged(reply, known(customerId, await this.desk.block(customerId, reason, actor)));
  }

  @Post(':customerId/unblock')
  @HttpCode(200)
  @ApiOperation({ summary: 'Lets a customer order again' })
  @ApiOkResponse({ type: CustomerDto })
  async unblock(
    @Param() { customerId }: CustomerParams,
    @Res({ passthrough: true }) reply: Reply,
    @Actor() actor?: string,
  ): Promise<CustomerDto> {
    return tagged(reply, known(customerId, await this.desk.unblock(customerId, actor)));
  }
}

const wishOf = (
  customerId: string,
  { name, email, phone, locale }: PutCustomerDto,
): CustomerWish => ({
  customerId,
  name,
  email,
  ...(phone !== undefined && { phone }),
  ...(locale !== undefined && { locale }),
});

function tagged(reply: Reply, customer: Customer): CustomerDto {
  reply.header('etag', entityTag(customer.revision));
  return customer;
}

function known(customerId: string, customer: Customer | undefined): Customer {
  if (customer) return customer;
  throw new ProblemException(404, 'Unknown customer', `Nothing is known of ${customerId}.`, {
    errors: [{ field: 'customerId', message: 'is not known' }],
  });
}
