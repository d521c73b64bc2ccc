import { ApiProperty } from '@nestjs/swagger';
import { MomentField, PageQuery, TextField } from '#platform';
import type { Change } from '../domain/changes.js';

export class ListEntriesQuery extends PageQuery {
  @TextField({ optional: true, max: 200, example: 'kim' })
  actor?: string;

  @TextField({ optional: true, max: 200, example: 'merchant' })
  objectType?: string;

  @TextField({ optional: true, max: 200, description: 'Only with its type.', example: 'tea-shop' })
  objectId?: string;

  @MomentField({ optional: true, description: 'What was done at this moment and later.' })
  from?: string;

  @MomentField({ optional: true, description: 'What was done before this moment.' })
  to?: string;
}

class ChangeDto implements Change {
  @ApiProperty({ type: String, description: 'JSON Pointer.', example: '/name' })
  path!: string;

  @ApiProperty({ required: false, description: 'Absent where there was nothing.' })
  before?: unknown;

  @ApiProperty({ required: false, description: 'Absent where there is nothing any more.' })
  after?: unknown;
}

export class EntryDto {
  @ApiProperty({ type: 'integer', description: 'Its place in the chain.' })
  n!: number;

  @ApiProperty({ type: String, format: 'date-time' })
  at!: string;

  @ApiProperty({ type: String, description: 'Who did it: a person, or `service:` and its name.' })
  actor!: string;

  @ApiProperty({ type: String, example: 'merchant.updated' })
  action!: string;

  @ApiProperty({ type: String, example: 'merchant' })
  objectType!: string;

  @ApiProperty({ type: String, example: 'tea-shop' })
  objectId!: string;

  @ApiProperty({ type: 'integer', required: false })
  revision?: number;

  @ApiProperty({ type: String, required: false, description: 'Id of the message that caused it.' })
  cause?: string;

  @ApiProperty({ type: String, required: false, description: 'Id of the saga that it belongs to.' })
  saga?: string;

  @ApiProperty({ type: 'integer', required: false, description: 'What the changes are against.' })
  previousRevision?: number;

  @ApiProperty({ type: [ChangeDto], required: false })
  changes?: ChangeDto[];

  @ApiProperty({ type: String, description: 'Of the fact, with its source.' })
  eventId!: string;

  @ApiProperty({ type: String, example: 'merchant' })
  source!: string;

  @ApiProperty({ type: String, description: 'SHA-256 of this entry and of the one before.' })
  hash!: string;
}

export class EntryPageDto {
  @ApiProperty({ type: [EntryDto] })
  items!: EntryDto[];

  @ApiProperty({ type: String, required: false, description: 'Absent on the last page.' })
  nextCursor?: string;
}

export class HeadDto {
  @ApiProperty({ type: 'integer', description: 'Entries in the chain.' })
  n!: number;

  @ApiProperty({ type: String, description: 'Of the last entry: it stands for all of them.' })
  hash!: string;

  @ApiProperty({ type: String, format: 'date-time', required: false })
  chainedAt?: string;
}
