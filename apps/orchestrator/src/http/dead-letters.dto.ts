import { ApiProperty } from '@nestjs/swagger';
import {
  ChoiceField,
  IntegerField,
  IntegerQuery,
  MomentField,
  ObjectField,
  TextField,
  TextsField,
} from '#platform';
import { deadLetterStatuses, type DeadLetterStatus } from '../domain/redrive.js';
import { MAX_DECIDED } from './dead-letter-desk.js';

const cursor = {
  max: 800,
  pattern: /^[\w-]+$/,
  shape: 'the nextCursor of a page before',
  optional: true,
};

/** By what dead letters are found. */
export class DeadLetterFilterDto {
  @TextField({ max: 260, optional: true, description: 'Topic of the original message' })
  topic?: string;

  @TextField({ max: 100, optional: true, description: 'Code of the reason: handler-failed, loop' })
  code?: string;

  @TextField({ max: 200, optional: true, description: 'Full CloudEvents type of the original' })
  type?: string;

  @TextField({ max: 200, optional: true, description: 'Key of the original' })
  key?: string;

  @TextField({ max: 100, optional: true, description: 'Those that concern this saga' })
  sagaId?: string;

  @MomentField({ optional: true, description: 'Died at this moment or later' })
  from?: string;

  @MomentField({ optional: true, description: 'Died before this moment' })
  to?: string;
}

export class CountDeadLettersQuery extends DeadLetterFilterDto {
  @ChoiceField({ of: deadLetterStatuses, optional: true })
  status?: DeadLetterStatus;
}

export class ListDeadLettersQuery extends CountDeadLettersQuery {
  @TextField(cursor)
  cursor?: string;

  @IntegerQuery({ min: 1, max: 200, optional: true, description: 'Default 50' })
  limit?: number;
}

/** Either `ids`, or `filter`. */
export class DecideDto {
  @TextsField({ max: MAX_DECIDED, maxLength: 36, description: 'These; or give `filter`' })
  ids?: string[];

  @ObjectField(DeadLetterFilterDto, {
    optional: true,
    description: 'The open ones that fit all of it, at least one condition; or give `ids`',
  })
  filter?: DeadLetterFilterDto;

  @IntegerField({
    ...{ min: 1, max: MAX_DECIDED, optional: true },
    description: `How many that fit the filter are looked at. Default ${MAX_DECIDED}`,
  })
  limit?: number;

  @TextField({ ...cursor, description: 'With the same filter: where the answer before ended' })
  cursor?: string;

  @TextField({ max: 500, description: 'Why, for those who ask later' })
  reason!: string;
}

class RefusedDto {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: string;

  @ApiProperty({ type: String })
  why!: string;
}

export class DecidedDto {
  @ApiProperty({ type: 'integer', description: 'How many it was done with' })
  done!: number;

  @ApiProperty({ type: [RefusedDto] })
  refused!: readonly RefusedDto[];

  @ApiProperty({ type: String, required: false, description: 'Of a filter that may fit more' })
  nextCursor?: string;
}
