import { ApiProperty } from '@nestjs/swagger';
import { accessRoles, ChoiceField, IntegerQuery, TextField, type AccessRole } from '#platform';
import { OWNER, OWNER_SHAPE } from '../access/key-desk.js';

const MAX_PAGE = 200;

const OwnerField = (optional: boolean): PropertyDecorator =>
  TextField({
    max: 64,
    pattern: OWNER,
    shape: OWNER_SHAPE,
    optional,
    description: 'A person or a program.',
    example: 'ada',
  });

const ReasonField = (): PropertyDecorator =>
  TextField({ max: 500, optional: true, description: 'For those who ask later.' });

export class CreateKeyDto {
  @OwnerField(false)
  owner!: string;

  @ChoiceField({ of: accessRoles })
  role!: AccessRole;

  @ReasonField()
  reason?: string;
}

export class RevokeKeyQuery {
  @ReasonField()
  reason?: string;
}

export class ListKeysQuery {
  @OwnerField(true)
  owner?: string;

  @ChoiceField({ of: accessRoles, optional: true })
  role?: AccessRole;

  @TextField({
    max: 36,
    optional: true,
    pattern: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    shape: 'the nextCursor of the page before',
  })
  cursor?: string;

  @IntegerQuery({ min: 1, max: MAX_PAGE, optional: true, description: 'Default 50' })
  limit?: number;
}

export class CallerDto {
  @ApiProperty({ type: String, format: 'uuid' })
  keyId!: string;

  @ApiProperty({ type: String })
  owner!: string;

  @ApiProperty({ enum: accessRoles })
  role!: AccessRole;
}

export class KeyDto extends CallerDto {
  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ type: String, format: 'date-time', required: false })
  revokedAt?: string;
}

export class NewKeyDto extends KeyDto {
  @ApiProperty({ type: String, description: 'Keep it: it is shown this once.' })
  apiKey!: string;
}

export class KeyPageDto {
  @ApiProperty({ type: [KeyDto] })
  items!: KeyDto[];

  @ApiProperty({ type: String, required: false, description: 'Absent on the last page.' })
  nextCursor?: string;
}
