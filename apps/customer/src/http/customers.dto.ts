import { ApiProperty } from '@nestjs/swagger';
import { customerStatus, type CustomerStatus } from '#contracts';
import {
  ChoiceField,
  EmailField,
  IdField,
  ListField,
  LocaleField,
  PageQuery,
  PhoneField,
  TextField,
} from '#platform';

const MAX_BATCH = 1_000;
const EXAMPLE_ID = '17850';

export class CustomerParams {
  @IdField(EXAMPLE_ID)
  customerId!: string;
}

export class PutCustomerDto {
  @TextField({ max: 200, example: 'Kim Doe' })
  name!: string;

  @EmailField()
  email!: string;

  @PhoneField()
  phone?: string;

  @LocaleField()
  locale?: string;
}

export class BatchCustomerDto extends PutCustomerDto {
  @IdField(EXAMPLE_ID)
  customerId!: string;
}

export class CustomerBatchDto {
  @ListField(BatchCustomerDto, { min: 1, max: MAX_BATCH })
  customers!: BatchCustomerDto[];
}

export class BlockCustomerDto {
  @TextField({ max: 500, description: 'For those who ask later.', example: 'never pays' })
  reason!: string;
}

export class ListCustomersQuery extends PageQuery {
  @ChoiceField({ of: customerStatus.options, optional: true })
  status?: CustomerStatus;
}

export class CustomerDto {
  @ApiProperty({ type: String, example: EXAMPLE_ID })
  customerId!: string;

  @ApiProperty({ type: String })
  name!: string;

  @ApiProperty({ type: String })
  email!: string;

  @ApiProperty({ type: String, required: false })
  phone?: string;

  @ApiProperty({ type: String, required: false })
  locale?: string;

  @ApiProperty({ enum: customerStatus.options })
  status!: CustomerStatus;

  @ApiProperty({ type: String, required: false, description: 'Why a customer is blocked.' })
  blockReason?: string;

  @ApiProperty({ type: 'integer', description: 'Grows by one with each change.' })
  revision!: number;
}

export class CustomerPageDto {
  @ApiProperty({ type: [CustomerDto] })
  items!: CustomerDto[];

  @ApiProperty({ type: String, required: false, description: 'Absent on the last page.' })
  nextCursor?: string;
}

const OUTCOMES = ['created', 'updated', 'unchanged'] as const;

export class BatchOutcomeDto {
  @ApiProperty({ type: String, example: EXAMPLE_ID })
  customerId!: string;

  @ApiProperty({ enum: OUTCOMES })
  outcome!: (typeof OUTCOMES)[number];

  @ApiProperty({ type: 'integer' })
  revision!: number;
}

export class BatchAnswerDto {
  @ApiProperty({ type: [BatchOutcomeDto], description: 'One an item, in their order.' })
  items!: BatchOutcomeDto[];
}
