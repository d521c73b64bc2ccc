import { ApiProperty } from '@nestjs/swagger';
import {
  IntegerField,
  MomentField,
  ObjectField,
  PageQuery,
  TextField,
  TextsField,
} from '#platform';
import { REPLAY_TOPICS } from '../domain/topics.js';
import type { ReplayStatus } from '../persistence/replay-rows.js';

export const DEFAULT_RATE = 500;
const MOST_RATE = 10_000;

export class ReplayTargetDto {
  @TextField({ optional: true, max: 200, description: `One of: ${REPLAY_TOPICS.join(', ')}.` })
  topic?: string;

  @TextField({
    optional: true,
    max: 200,
    description: 'Instead of the topic, the reader of that name.',
    example: 'analytics',
  })
  group?: string;
}

class ReplayFilterDto {
  @TextsField({
    max: 100,
    maxLength: 200,
    description: 'Names of contracts. Default: all.',
    example: ['payment.completed'],
  })
  types?: string[];

  @TextField({ optional: true, max: 200, example: 'payment' })
  aggregateType?: string;

  @TextField({ optional: true, max: 200, description: 'Only with its type.' })
  aggregateId?: string;

  @MomentField({
    optional: true,
    description: 'Facts of this moment and later, by their own time.',
  })
  from?: string;

  @MomentField({ optional: true, description: 'Facts of before this moment, by their own time.' })
  until?: string;

  @IntegerField({
    optional: true,
    min: 1,
    max: MOST_RATE,
    description: `Facts a second, at most. Default: ${DEFAULT_RATE}.`,
  })
  ratePerSecond?: number;
}

export class StartReplayDto extends ReplayFilterDto {
  @ObjectField(ReplayTargetDto, { description: 'Either a topic or a group.' })
  to!: ReplayTargetDto;
}

export class ReplayDto extends ReplayFilterDto {
  @ApiProperty({ type: String, format: 'uuid' })
  replayId!: string;

  @ApiProperty({ type: String })
  topic!: string;

  @ApiProperty({ enum: ['running', 'paused', 'cancelled', 'done'] })
  status!: ReplayStatus;

  @ApiProperty({ type: 'integer', description: 'Facts told so far.' })
  sent!: number;

  @ApiProperty({ type: 'integer', description: 'Facts that no broker would take.' })
  skipped!: number;

  @ApiProperty({ type: String, required: false, description: 'What was wrong with the last one.' })
  problem?: string;

  @ApiProperty({ type: String, required: false, description: 'Time of the last fact told.' })
  sentUntil?: string;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ type: String, format: 'date-time', required: false })
  endedAt?: string;
}

export class ListReplaysQuery extends PageQuery {}

export class ReplayPageDto {
  @ApiProperty({ type: [ReplayDto] })
  items!: ReplayDto[];

  @ApiProperty({ type: String, required: false, description: 'Absent on the last page.' })
  nextCursor?: string;
}
