import { ApiProperty } from '@nestjs/swagger';
import { IntegerQuery, MomentField, TextField, TextsQuery } from '#platform';

export const MOST_EVENTS = 1_000;
export const DEFAULT_EVENTS = 100;
const EXAMPLE_ORDER = '0198f7a6-0b54-7c43-9d1e-3f3c2a1b4c5d';

const AfterField = (): PropertyDecorator =>
  TextField({
    max: 128,
    pattern: /^[\w-]+$/,
    shape: 'the cursor of an answer before',
    description: 'Reads on from there. Default: from the beginning.',
    optional: true,
  });

const LimitQuery = (): PropertyDecorator =>
  IntegerQuery({
    min: 1,
    max: MOST_EVENTS,
    optional: true,
    description: `Default: ${DEFAULT_EVENTS}. An answer holds fewer where they are large.`,
  });

const TypesQuery = (): PropertyDecorator =>
  TextsQuery({
    max: 100,
    maxLength: 200,
    description: 'Names of contracts; repeat it for several.',
    example: ['payment.completed', 'refund.completed'],
  });

export class ReadEventsQuery {
  @AfterField()
  after?: string;

  @LimitQuery()
  limit?: number;

  @TypesQuery()
  type?: string[];

  @TextField({ optional: true, max: 200, example: 'order' })
  aggregateType?: string;

  @TextField({ optional: true, max: 200, example: EXAMPLE_ORDER })
  aggregateId?: string;

  @MomentField({
    optional: true,
    description: 'Facts of this moment and later, by their own time.',
  })
  from?: string;

  @MomentField({ optional: true, description: 'Facts of before this moment, by their own time.' })
  to?: string;
}

export class AggregateParams {
  @TextField({ max: 200, example: 'merchant' })
  type!: string;

  @TextField({ max: 200, example: 'tea-shop' })
  id!: string;
}

export class AggregateEventsQuery {
  @AfterField()
  after?: string;

  @LimitQuery()
  limit?: number;
}

export class EventDto {
  @ApiProperty({ type: String })
  id!: string;

  @ApiProperty({ type: String, example: 'payment' })
  source!: string;

  @ApiProperty({ type: String, example: 'com.example.payment.completed' })
  type!: string;

  @ApiProperty({ type: String })
  subject!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  time!: string;

  @ApiProperty({ type: String, example: 'payment.events' })
  topic!: string;

  @ApiProperty({ type: String })
  key!: string;

  @ApiProperty({ type: String, example: 'payment' })
  aggregateType!: string;

  @ApiProperty({ type: String })
  aggregateId!: string;

  @ApiProperty({ type: 'integer', required: false, description: 'Absent where none is counted.' })
  revision?: number;

  @ApiProperty({ description: 'As its contract says; whatever it is, in facts of other types.' })
  data!: unknown;

  @ApiProperty({ type: String, required: false })
  correlationid?: string;

  @ApiProperty({ type: String, required: false })
  causationid?: string;

  @ApiProperty({ type: String, required: false })
  traceparent?: string;

  @ApiProperty({ type: Object, required: false, description: 'Further CloudEvents attributes.' })
  extensions?: Readonly<Record<string, string>>;
}

export class EventPageDto {
  @ApiProperty({ type: [EventDto] })
  items!: EventDto[];

  @ApiProperty({
    type: String,
    description: 'Reading on from here later misses nothing and repeats nothing.',
  })
  cursor!: string;

  @ApiProperty({ type: Boolean, description: 'Whether there is more already.' })
  more!: boolean;
}
