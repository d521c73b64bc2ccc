/** Orders over HTTP: their rows and the starts of their sagas, durable before they are answered. */
import { Body, Controller, HttpCode, Module, Post, type DynamicModule } from '@nestjs/common';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsInt,
  IsOptional,
  Length,
  ValidateNested,
} from 'class-validator';
import { eventType, SAGA_MESSAGES } from '#contracts';
import { MessagingModule, Outbox, type ServiceDefinition, type UnitOfWork } from '#messaging';
import { Batcher, HealthModule, serviceSettings } from '#platform';
import { BenchAcceptance1763726400902 } from './migrations.js';
import { benchOrder } from './saga.js';

class BenchOrderLineDto {
  @Length(1, 100)
  productId!: string;

  @IsInt()
  quantity!: number;

  @IsInt()
  unitPrice!: number;
}

class BenchOrderDto {
  @Length(1, 100)
  orderId!: string;

  @IsInt()
  amount!: number;

  @IsBoolean()
  isDeclined!: boolean;

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @ValidateNested({ each: true })
  @Type(() => BenchOrderLineDto)
  lines?: BenchOrderLineDto[];
}

const INSERT = `
  insert into bench_order (order_id, amount, is_declined)
  select * from unnest($1::text[], $2::bigint[], $3::boolean[])
  on conflict do nothing
  returning order_id`;

@Controller('orders')
class BenchOrdersController {
  private readonly batcher: Batcher<BenchOrderDto, string>;

  constructor(outbox: Outbox) {
    this.batcher = new Batcher({
      maxItems: 200,
      maxConcurrent: 2,
      maxQueued: 5_000,
      pause: { ms: 20, unlessWaiting: 32 },
      run: (orders: BenchOrderDto[]) => outbox.transaction((unit) => record(unit, orders)),
    });
  }

  @Post()
  @HttpCode(202)
  async place(@Body() order: BenchOrderDto): Promise<{ readonly orderId: string }> {
    return { orderId: await this.batcher.add(order) };
  }
}

async function record(unit: UnitOfWork, orders: readonly BenchOrderDto[]): Promise<string[]> {
  const rows = await unit.tx.query<{ order_id: string }>(INSERT, [
    orders.map(({ orderId }) => orderId),
    orders.map(({ amount }) => amount),
    orders.map(({ isDeclined }) => isDeclined),
  ]);
  const inserted = new Set(rows.map((row) => row.order_id));
  const time = new Date().toISOString();
  for (const { orderId, amount, isDeclined, lines } of orders) {
    if (!inserted.has(orderId)) continue;
    unit.publish({
      topic: 'saga.inbox',
      key: orderId,
      id: `${orderId}:start`,
      source: 'order',
      type: eventType(SAGA_MESSAGES.start),
      subject: orderId,
      time,
      data: {
        definition: benchOrder.name,
        businessKey: orderId,
        input: { orderId, amount, isDeclined, ...(lines && { lines }) },
      },
    });
  }
  return orders.map(({ orderId }) => orderId);
}

@Module({})
class BenchAcceptanceModule {}

export const acceptanceService: ServiceDefinition<typeof serviceSettings> = {
  name: 'order',
  title: 'Bench: orders',
  settings: serviceSettings,
  module: (settings, log): DynamicModule => ({
    module: BenchAcceptanceModule,
    imports: [
      MessagingModule.forRoot({
        service: 'order',
        settings,
        migrations: [BenchAcceptance1763726400902],
        log,
      }),
      HealthModule.forRoot({ required: { kafka: false } }),
    ],
    controllers: [BenchOrdersController],
  }),
};
