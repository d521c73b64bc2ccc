import { DayField } from '#platform';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export class CloseDayDto {
  @DayField({ description: 'UTC; it has to be over. What is open before it is closed as well.' })
  day!: string;
}

export class DayCloseDto {
  @ApiProperty({ format: 'date' }) day!: string;
  @ApiProperty({
    enum: ['closing', 'closed'],
    description: 'closing: it takes no entry any more, and its hash is to come.',
  })
  status!: 'closing' | 'closed';
  @ApiProperty({ format: 'date-time' }) endedAt!: string;
  @ApiPropertyOptional({ type: 'integer' }) entries?: number;
  @ApiPropertyOptional({ description: 'SHA-256, hex' }) hash?: string;
  @ApiPropertyOptional({ description: 'Of the day closed before; absent for the first' })
  previousHash?: string;
  @ApiPropertyOptional({ format: 'date-time' }) closedAt?: string;
}

export class DayClosePageDto {
  @ApiProperty({ type: [DayCloseDto] }) items!: DayCloseDto[];
  @ApiPropertyOptional({ description: 'Absent on the last page' }) nextCursor?: string;
}
