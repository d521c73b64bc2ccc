import { ApiProperty } from '@nestjs/swagger';
import { BooleanField, IntegerField, IntegerQuery } from '#platform';

export class RebuildRequestDto {
  @BooleanField({
    description:
      'Whether the rebuilt tables take the place of the live ones; else they are compared.',
  })
  swap!: boolean;

  @IntegerField({
    min: 0,
    max: 1_000_000_000,
    optional: true,
    description:
      'So many facts that are counted here and that the event store does not know are given up, as ' +
      'those which it holds for conflicts. Default: 0, then nothing is swapped where one is missing.',
  })
  mayMiss?: number;
}

export class ListRebuildsQuery {
  @IntegerQuery({ min: 1, max: 100, optional: true, description: 'Default: 20.' })
  limit?: number;
}

export class RebuildDto {
  @ApiProperty({ type: String, format: 'uuid' })
  rebuildId!: string;

  @ApiProperty({ enum: ['running', 'done', 'failed'] })
  status!: 'running' | 'done' | 'failed';

  @ApiProperty({ type: Boolean, description: 'Whether it was to replace the live tables.' })
  swap!: boolean;

  @ApiProperty({ type: Boolean, description: 'Whether it did.' })
  swapped!: boolean;

  @ApiProperty({ type: 'integer', description: 'Facts read so far.' })
  events!: number;

  @ApiProperty({ type: 'integer', description: 'Of those, the ones that break their contract.' })
  refused!: number;

  @ApiProperty({ type: 'integer', required: false, description: 'Facts that only live has.' })
  missing?: number;

  @ApiProperty({ type: 'integer', required: false, description: 'Facts that live has not.' })
  ahead?: number;

  @ApiProperty({ type: String, required: false, description: 'SHA-256 of all live figures.' })
  liveHash?: string;

  @ApiProperty({ type: String, required: false, description: 'SHA-256 of all rebuilt figures.' })
  rebuiltHash?: string;

  @ApiProperty({ type: Boolean, required: false, description: 'Whether the figures are the same.' })
  identical?: boolean;

  @ApiProperty({
    type: String,
    required: false,
    description: 'Why it failed; or, when it is done, what a swap means that somebody should know.',
  })
  problem?: string;

  @ApiProperty({ type: String, format: 'date-time' })
  startedAt!: string;

  @ApiProperty({ type: String, format: 'date-time', required: false })
  endedAt?: string;
}

export class RebuildsDto {
  @ApiProperty({ type: [RebuildDto] })
  items!: RebuildDto[];
}
