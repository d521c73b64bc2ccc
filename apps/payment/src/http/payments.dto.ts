import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

const STATUSES = [
  'accepted',
  'intended',
  'captured',
  'declined',
  'expired',
  'failed',
  'canceled',
  'refunded',
] as const;

export class PaymentInstructionsDto {
  @ApiProperty({ description: 'To be named with the payment' }) reference!: string;
  @ApiPropertyOptional({ description: 'A page that shows all of it' }) url?: string;
  @ApiProperty({ format: 'date-time', description: 'Money that comes later is not taken' })
  payBy!: string;
}

export class WebhookAnswerDto {
  @ApiProperty({ enum: ['heard', 'repeated', 'unknown'] })
  received!: 'heard' | 'repeated' | 'unknown';
}

const CHARGEBACK_STATUSES = ['open', 'lost', 'won'] as const;

export class ChargebackDto {
  @ApiProperty({ description: "The provider's number of the dispute" }) chargebackId!: string;
  @ApiProperty({ type: 'integer', description: 'What the bank has taken back' }) disputed!: number;
  @ApiProperty({ example: 'fraudulent', description: "The provider's code" }) reason!: string;
  @ApiProperty({
    enum: CHARGEBACK_STATUSES,
    description: 'won: the money is there again; lost: it is gone, unless an appeal wins it',
  })
  status!: (typeof CHARGEBACK_STATUSES)[number];
}

export class PaymentDto {
  @ApiProperty({ format: 'uuid' }) orderId!: string;
  @ApiProperty({ enum: STATUSES }) status!: (typeof STATUSES)[number];
  @ApiProperty({ enum: ['captured', 'undone'], description: 'What the saga asked for last' })
  wanted!: 'captured' | 'undone';
  @ApiProperty() method!: string;
  @ApiProperty({ example: 'JPY' }) currency!: string;
  @ApiProperty({ type: 'integer', description: 'Minor units of the currency, as all amounts' })
  amount!: number;
  @ApiProperty({ type: 'integer' }) captured!: number;
  @ApiProperty({ type: 'integer' }) refunded!: number;
  @ApiPropertyOptional({ description: "The provider's number of the payment" }) intentId?: string;
  @ApiPropertyOptional({ description: 'Why it is declined or failed' }) problemCode?: string;
  @ApiProperty({ type: 'integer', description: 'Counts the cards that were given' })
  attempt!: number;
  @ApiPropertyOptional({ type: PaymentInstructionsDto, description: 'How the customer can pay' })
  instructions?: PaymentInstructionsDto;
  @ApiPropertyOptional({ format: 'date-time', description: 'When it was recorded as taken' })
  capturedAt?: string;
  @ApiProperty({ type: 'integer', description: 'What the merchant pays for it' }) fee!: number;
  @ApiPropertyOptional({ description: "The merchant's rate by which that was decided" })
  feeRateId?: string;
  @ApiProperty({ type: 'integer', description: 'The fee, once the order was undone; else 0' })
  feeReturned!: number;
  @ApiProperty({ type: [ChargebackDto], description: 'In the order in which they were opened' })
  chargebacks!: ChargebackDto[];
  @ApiProperty({ type: 'integer', description: 'Grows with each change' }) revision!: number;
}
