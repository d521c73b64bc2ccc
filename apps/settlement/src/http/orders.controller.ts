import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Database } from '#messaging';
import { ProblemException, runtime, uuidParameter } from '#platform';
import { netOf } from '../domain/settled.js';
import { findOrder, type OrderRecord } from '../persistence/read-order.js';
import { HoldingPeriod } from './holding-period.js';
import { AmountsDto } from './settlements.dto.js';

const STATES = ['unpaid', 'pending', 'due', 'settled'] as const;

class OrderMoneyDto extends AmountsDto {
  @ApiProperty({ type: String, format: 'uuid' })
  orderId!: string;

  @ApiProperty({ type: String })
  merchantId!: string;

  @ApiProperty({ type: String })
  currency!: string;

  @ApiProperty({
    enum: STATES,
    description:
      '`unpaid`: no payment is known of. `pending`: it is not due yet. `due`: in the next batch that ' +
      'covers it. `settled`: all of it is settled.',
  })
  state!: (typeof STATES)[number];

  @ApiProperty({ type: String, format: 'date-time', required: false })
  deliveredAt?: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    required: false,
    description: 'Absent while nobody knows.',
  })
  dueAt?: string;

  @ApiProperty({ type: AmountsDto, description: 'What batches have settled of it so far.' })
  settled!: AmountsDto;

  @ApiProperty({ type: [String] })
  settlementIds!: string[];
}

@ApiTags('orders')
@Controller('orders')
export class OrdersController {
  constructor(
    private readonly database: Database,
    private readonly holdingPeriod: HoldingPeriod,
  ) {}

  @Get(':orderId')
  @ApiOperation({ summary: 'What an order has brought, and what is settled of it' })
  @ApiParam({ name: 'orderId', format: 'uuid' })
  @ApiOkResponse({ type: OrderMoneyDto })
  async one(@Param('orderId') id: string): Promise<OrderMoneyDto> {
    const orderId = uuidParameter('orderId', id);
    const order = await findOrder(this.database, orderId);
    if (order) return orderView(order, this.holdingPeriod.ms, runtime.date());
    throw new ProblemException(404, 'Unknown order', `Nothing is known of ${orderId}.`, {
      errors: [{ field: 'orderId', message: 'is not known' }],
    });
  }
}

function orderView(order: OrderRecord, holdingMs: number, now: Date): OrderMoneyDto {
  const { orderId, merchantId, currency, fees, chargebacks, refunded: refunds } = order;
  const amounts = { gross: order.captured ?? 0, fees, refunds, chargebacks };
  const { dueFrom, completedAt, settled } = order;
  const dueAt = dueFrom && new Date(dueFrom.getTime() + (order.atOnce ? 0 : holdingMs));
  return {
    ...{ orderId, merchantId, currency, ...amounts, net: netOf(amounts) },
    state: stateOf(order, dueAt, now),
    ...(completedAt && { deliveredAt: completedAt.toISOString() }),
    ...(dueAt && { dueAt: dueAt.toISOString() }),
    settled: { ...settled, net: netOf(settled) },
    settlementIds: [...order.settlementIds],
  };
}

function stateOf(
  { captured, open }: OrderRecord,
  dueAt: Date | null,
  now: Date,
): (typeof STATES)[number] {
  if (captured === null) return 'unpaid';
  if (!open) return 'settled';
  return dueAt && dueAt < now ? 'due' : 'pending';
}
